public import FHIR

/// A person as a Patient describes them, in the spelling that is compared.
public struct Person: Sendable, Hashable {
    /// Official family and first given name, birth date and gender; nil when any is missing.
    public let key: String?
    /// `Patient.birthDate` as it is written.
    public let born: String?
    /// `Patient.gender`.
    public let gender: String?
    /// Whether one of the names has a family and a given name.
    public let isNamed: Bool
    /// The words of the family names, each once.
    public let families: [String]
    /// The given names of each name except nicknames and anonymous ones, each once.
    public let givens: [GivenNames]
    /// Jr., Sr. and the like, each once.
    public let suffixes: [String]
    /// Postal code, city and state of each address that is not an old one (``PostalAddress``), each once.
    public let addresses: [String]

    /// Assembles values that were read earlier.
    public init(
        key: String?, born: String?, gender: String?, isNamed: Bool, families: [String], givens: [GivenNames],
        suffixes: [String], addresses: [String]
    ) {
        self.key = key
        self.born = born
        self.gender = gender
        self.isNamed = isNamed
        self.families = families
        self.givens = givens
        self.suffixes = suffixes
        self.addresses = addresses
    }

    /// Reads a Patient.
    public init(_ patient: Resource) {
        let names = patient["name"]?.elements ?? []
        let (born, gender) = (patient["birthDate"]?.string, patient["gender"]?.string)
        let families = names.compactMap { $0["family"]?.string }.map(PersonName.family)
        let givens = names.filter { !["nickname", "anonymous"].contains($0["use"]?.string) }
            .compactMap { GivenNames(($0["given"]?.elements ?? []).compactMap(\.string)) }
        let isNamed = names.contains { name in
            name["family"]?.string.map { !PersonName.family($0).name.isEmpty } ?? false
                && GivenNames((name["given"]?.elements ?? []).compactMap(\.string)) != nil
        }
        let written = names.flatMap { $0["suffix"]?.elements ?? [] }.compactMap(\.string).map(PersonName.folded)
        let addresses = (patient["address"]?.elements ?? []).filter { $0["use"]?.string != "old" }
            .compactMap { address in
                PostalAddress.compared(
                    postalCode: address["postalCode"]?.string, city: address["city"]?.string,
                    state: address["state"]?.string)
            }
        self.init(
            key: Self.key(names, born: born, gender: gender), born: born, gender: gender, isNamed: isNamed,
            families: Set(families.flatMap { $0.name.split(separator: " ") }).map(String.init).sorted(),
            givens: Set(givens).sorted { ($0.first, $0.further) < ($1.first, $1.further) },
            suffixes: PersonName.suffixes.intersection(families.compactMap(\.suffix) + written).sorted(),
            addresses: Set(addresses).sorted())
    }

    /// ``key`` with each address.
    public var addressed: [String] {
        guard let key else { return [] }
        return addresses.map { key + "\u{1f}" + $0 }
    }

    /// Whether there are a name and a birth date to check a number against.
    public var isComparable: Bool { isNamed && born?.isEmpty == false }

    /// Whether both records say something that cannot be one person's: birth dates that differ as far as both are
    /// precise, male and female, different given names (``GivenNames``), family names without a word in common, or Jr.
    /// and Sr. If a record has several names, one that fits is enough.
    public func contradicts(_ other: Person) -> Bool {
        if let left = born?.utf8, let right = other.born?.utf8, !zip(left, right).allSatisfy(==) { return true }
        switch (gender, other.gender) {
        case ("male", "female"), ("female", "male"): return true
        default: break
        }
        let areOthers =
            !givens.isEmpty && !other.givens.isEmpty
            && !givens.contains { given in other.givens.contains(where: given.mayBe) }
        return areOthers || Self.differ(families, other.families) || Self.differ(suffixes, other.suffixes)
    }

    /// Whether both have addresses, but none in common.
    public func livesElsewhere(_ other: Person) -> Bool { Self.differ(addresses, other.addresses) }

    private static func differ(_ left: [String], _ right: [String]) -> Bool {
        !left.isEmpty && !right.isEmpty && !left.contains(where: right.contains)
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
