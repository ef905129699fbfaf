import FHIR
import PDex

/// Who a Patient says somebody is, in the spelling that is compared.
struct Person {
    /// Official family and first given name, birth date and gender; nil when any is missing.
    let key: String?
    /// ``key`` with each address that is not an old one.
    var addressed: [String] {
        guard let key else { return [] }
        return addresses.map { key + "\u{1f}" + $0 }
    }

    private let born: String?
    private let gender: String?
    private let families: Set<Substring>
    private let givens: Set<GivenNames>
    private let isNamed: Bool
    private let suffixes: Set<String>
    private let addresses: [String]

    init(_ patient: Resource) {
        let names = patient["name"]?.elements ?? []
        born = patient["birthDate"]?.string
        gender = patient["gender"]?.string
        let families = names.compactMap { $0["family"]?.string }.map(PersonName.family)
        self.families = Set(families.flatMap { $0.name.split(separator: " ") })
        givens = Set(
            names.filter { !["nickname", "anonymous"].contains($0["use"]?.string) }
                .compactMap { GivenNames(($0["given"]?.elements ?? []).compactMap(\.string)) })
        isNamed = names.contains { name in
            name["family"]?.string.map { !PersonName.family($0).name.isEmpty } ?? false
                && GivenNames((name["given"]?.elements ?? []).compactMap(\.string)) != nil
        }
        let written = names.flatMap { $0["suffix"]?.elements ?? [] }.compactMap(\.string).map(PersonName.folded)
        suffixes = Set(families.compactMap(\.suffix) + written).intersection(["jr", "sr", "ii", "iii", "iv", "v"])
        addresses = Set(
            (patient["address"]?.elements ?? []).filter { $0["use"]?.string != "old" }.compactMap { address in
                PostalAddress.compared(
                    postalCode: address["postalCode"]?.string, city: address["city"]?.string,
                    state: address["state"]?.string)
            }
        ).sorted()
        key = Self.key(names, born: born, gender: gender)
    }

    /// Whether a name and a birth date are there to hold a number against.
    var isComparable: Bool { isNamed && born?.isEmpty == false }

    /// Whether both say something of a kind, and it cannot be one person's: a birth date that differs as far as both
    /// are precise, male and female, other given names (``GivenNames``), family names without a word in common, Jr. and
    /// Sr. Of several names in a record, one that fits is enough.
    func contradicts(_ other: Person) -> Bool {
        if let left = born?.utf8, let right = other.born?.utf8, !zip(left, right).allSatisfy(==) { return true }
        if Set([gender, other.gender]) == ["male", "female"] { return true }
        let areOthers =
            !givens.isEmpty && !other.givens.isEmpty
            && !givens.contains { given in other.givens.contains(where: given.mayBe) }
        return areOthers || Self.differ(families, other.families)
            || Self.differ(suffixes, other.suffixes)
    }

    /// Whether both give an address, and none of them is the same.
    func livesElsewhere(_ other: Person) -> Bool { Self.differ(Set(addresses), Set(other.addresses)) }

    private static func differ<Word>(_ left: Set<Word>, _ right: Set<Word>) -> Bool {
        !left.isEmpty && !right.isEmpty && left.isDisjoint(with: right)
    }

    private static func key(_ names: [JSONValue], born: String?, gender: String?) -> String? {
        let name = names.first { $0["use"]?.string == "official" } ?? names.first
        guard let family = name?["family"]?.string, let given = name?["given"]?.elements.first?.string,
            let born, born.utf8.count == 10, let gender
        else { return nil }
        let parts = [PersonName.family(family).name, PersonName.folded(given)]
        guard !parts.contains("") else { return nil }
        return (parts + [born, gender]).joined(separator: "\u{1f}")
    }
}
