import FHIR

/// What members are recognised by, in one spelling for both sides.
enum MemberTraits {
    /// Family name, first given name, birth date and gender; nil when any is missing.
    static func demographics(_ patient: Resource) -> String? {
        let names = patient["name"]?.elements ?? []
        let name = names.first { $0["use"]?.string == "official" } ?? names.first
        guard let family = name?["family"]?.string, let given = name?["given"]?.elements.first?.string,
            let born = patient["birthDate"]?.string, born.utf8.count == 10,
            let gender = patient["gender"]?.string
        else { return nil }
        return [folded(family), folded(given), born, gender].joined(separator: "\u{1f}")
    }

    /// `system|value` of an identifier.
    static func token(_ identifier: Identifier) -> String? {
        identifier.value.map { (identifier.system ?? "") + "|" + $0 }
    }

    /// A subscriber id is shared by a family: only with the birth date does it name one person.
    static func subscriber(_ id: String, born: String) -> String {
        id + "\u{1f}" + born
    }

    /// Lower case, without outer blanks and with single inner ones; nothing fuzzier (reliability T10).
    private static func folded(_ name: String) -> String {
        name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
