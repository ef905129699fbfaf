import FHIR
import PDex

/// What people are recognised by, in one spelling for the clinic's patients and the payer's members.
enum MemberTraits {
    /// What a rule recognises one of the clinic's patients by.
    static func of(patient: Resource, _ rule: MatchRule) -> [String] {
        let identifiers = (patient["identifier"]?.elements ?? []).compactMap(Identifier.init)
        switch rule {
        case .memberID:
            return identifiers.compactMap(token)
        case .subscriberID:
            guard let born = patient["birthDate"]?.string else { return [] }
            return identifiers.filter { $0.hasTypeCode("SN") || $0.hasTypeCode("MB") }.compactMap(\.value)
                .map { subscriber($0, born: born) }
        case .demographics:
            return demographics(patient).map { [$0] } ?? []
        }
    }

    /// What a rule recognises one of the payer's members by.
    static func of(member: Resource?, _ coverages: [Coverage], _ rule: MatchRule) -> [String] {
        switch rule {
        case .memberID:
            return coverages.flatMap(\.memberIdentifiers).compactMap(token)
        case .subscriberID:
            guard let born = member?["birthDate"]?.string else { return [] }
            return coverages.compactMap(\.subscriberID).map { subscriber($0, born: born) }
        case .demographics:
            return member.flatMap(demographics).map { [$0] } ?? []
        }
    }

    /// Whether both are known and cannot be one person's: a date of less precision is only as certain as it is.
    static func contradict(_ left: Resource?, _ right: Resource?) -> Bool {
        guard let left = left?["birthDate"]?.string?.utf8, let right = right?["birthDate"]?.string?.utf8 else {
            return false
        }
        return !zip(left, right).allSatisfy(==)
    }

    /// Whether the clinic says that another Patient took this one's place (`Patient.link`): then this one claims nobody.
    static func isReplaced(_ patient: Resource) -> Bool {
        (patient["link"]?.elements ?? []).contains { $0["type"]?.string == "replaced-by" }
    }

    /// Family name, first given name, birth date and gender; nil when any is missing.
    private static func demographics(_ patient: Resource) -> String? {
        let names = patient["name"]?.elements ?? []
        let name = names.first { $0["use"]?.string == "official" } ?? names.first
        guard let family = name?["family"]?.string, let given = name?["given"]?.elements.first?.string,
            let born = patient["birthDate"]?.string, born.utf8.count == 10,
            let gender = patient["gender"]?.string
        else { return nil }
        return [folded(family), folded(given), born, gender].joined(separator: "\u{1f}")
    }

    /// `system|value` of an identifier.
    private static func token(_ identifier: Identifier) -> String? {
        identifier.value.map { (identifier.system ?? "") + "|" + $0 }
    }

    /// A subscriber id is shared by a family: only with the birth date does it name one person.
    private static func subscriber(_ id: String, born: String) -> String {
        id + "\u{1f}" + born
    }

    /// Lower case, without outer blanks and with single inner ones; nothing fuzzier (reliability T10).
    private static func folded(_ name: String) -> String {
        name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
