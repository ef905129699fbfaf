import PDex
import Testing

@Suite("Names in one spelling")
struct PersonNameTests {
    @Test(
        "what differs in writing only is equal",
        arguments: [
            ("DE  LA CRUZ", "de la Cruz"), ("Zoë", "ZOE"), ("Zoe\u{308}", "zoë"), ("Łukasz", "lukasz"),
            ("Smith-Jones", "smith jones"), ("Smith\u{2013}Jones", "Smith Jones"), ("O'Neil", "ONEIL"),
            ("O\u{2019}Neil", "O'Neil"), ("Großmann", "GROSSMANN"), ("St. John", "St John"), (" Ana ", "ana"),
            ("Ørsted", "orsted"),
        ])
    func equal(left: String, right: String) {
        #expect(PersonName.folded(left) == PersonName.folded(right))
    }

    @Test(
        "nicknames, initials, transcriptions and slips stay different",
        arguments: [
            ("William", "Bill"), ("Joe", "J"), ("Müller", "Mueller"), ("Smith", "Smiht"), ("Ana", "Anna"),
            ("Jean Luc", "Jeanluc"),
        ])
    func different(left: String, right: String) {
        #expect(PersonName.folded(left) != PersonName.folded(right))
    }

    @Test(
        "what stands behind a family name is taken off it, and nothing else is",
        arguments: [
            ("Hale, Jr.", "hale", "jr"), ("Hale III", "hale", "iii"), ("Hale", "hale", nil), ("Jr", "jr", nil),
            ("Sr Hale", "sr hale", nil),
        ])
    func suffixes(text: String, name: String, suffix: String?) {
        #expect(PersonName.family(text).name == name)
        #expect(PersonName.family(text).suffix == suffix)
    }

    @Test("addresses are compared by postal code, city and state, however these are written")
    func addresses() {
        let one = PostalAddress.compared(postalCode: "01027-1234", city: "EASTHAMPTON", state: "MA")
        #expect(one == PostalAddress.compared(postalCode: "01027", city: "Easthampton", state: "Massachusetts"))
        #expect(one != PostalAddress.compared(postalCode: "01028", city: "Easthampton", state: "MA"))
        #expect(PostalAddress.compared(postalCode: "01027", city: nil, state: "MA") == nil)
    }
}
