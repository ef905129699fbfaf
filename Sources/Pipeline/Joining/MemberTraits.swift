import FHIR
import PDex

/// What people are recognised by, in one spelling for the clinic's patients and the payer's members.
struct MemberTraits {
    let numbers: MemberNumbers

    /// What a rule recognises one of the clinic's patients by.
    func of(patient: Resource, _ rule: MatchRule) -> [String] {
        switch rule {
        case .memberID: Self.identifiers(patient).compactMap(\.token)
        case .memberMatch: []
        case .recordNumber: recordNumbers(of: patient)
        case .subscriberID: subscribers(of: patient)
        case .demographicsAddress: Person(patient).addressed
        case .demographics: Person(patient).key.map { [$0] } ?? []
        }
    }

    /// What a rule recognises one of the payer's members by.
    func of(member: Resource?, _ coverages: [Coverage], _ rule: MatchRule) -> [String] {
        switch rule {
        case .memberID:
            return coverages.flatMap(\.memberIdentifiers).compactMap(\.token)
        case .memberMatch: return []
        case .recordNumber:
            let systems = Set(numbers.pairs.map(\.payer) + [numbers.tableSystems?.payer].compactMap(\.self))
            let known = (member.map(Self.identifiers) ?? []) + coverages.flatMap(\.memberIdentifiers)
            return known.filter { $0.system.map(systems.contains) ?? false }.compactMap(\.token)
        case .subscriberID:
            guard let born = member?["birthDate"]?.string else { return [] }
            return coverages.compactMap(\.subscriberID).map { Self.subscriber($0, born: born) }
        case .demographicsAddress: return member.map { Person($0).addressed } ?? []
        case .demographics: return member.flatMap { Person($0).key }.map { [$0] } ?? []
        }
    }

    /// Whether both are known and cannot be one person's.
    ///
    /// Where a number leads from one to the other, somebody may have moved; where nothing but names does, an address
    /// that differs is somebody else's.
    static func contradict(_ left: Resource?, _ right: Resource?, by rule: MatchRule = .memberID) -> Bool {
        guard let left, let right else { return false }
        let (one, other) = (Person(left), Person(right))
        return one.contradicts(other) || (rule == .demographics && one.livesElsewhere(other))
    }

    /// Whether the clinic says that another Patient took this one's place (`Patient.link`): then this one claims nobody.
    static func isReplaced(_ patient: Resource) -> Bool {
        (patient["link"]?.elements ?? []).contains { $0["type"]?.string == "replaced-by" }
    }

    /// The payer's numbers that the patient's record numbers are declared to belong to.
    private func recordNumbers(of patient: Resource) -> [String] {
        Self.identifiers(patient).flatMap { identifier -> [String] in
            guard let system = identifier.system, let value = identifier.value else { return [] }
            let paired = numbers.pairs.filter { $0.clinic == system }.map { $0.payer + "|" + value }
            guard let table = numbers.tableSystems, table.clinic == system else { return paired }
            return paired + (numbers.table[value] ?? []).map { table.payer + "|" + $0 }
        }
    }

    /// Subscriber and member numbers with the birth date: a family shares the subscriber's.
    private func subscribers(of patient: Resource) -> [String] {
        guard let born = patient["birthDate"]?.string else { return [] }
        return Self.identifiers(patient)
            .filter { identifier in
                guard identifier.hasTypeCode("SN") || identifier.hasTypeCode("MB") else { return false }
                return numbers.subscriberSystems.isEmpty
                    || identifier.system.map(numbers.subscriberSystems.contains) ?? false
            }
            .compactMap(\.value).map { Self.subscriber($0, born: born) }
    }

    private static func identifiers(_ resource: Resource) -> [Identifier] {
        (resource["identifier"]?.elements ?? []).compactMap(Identifier.init)
    }

    private static func subscriber(_ id: String, born: String) -> String {
        id + "\u{1f}" + born
    }
}

extension Identifier {
    /// `system|value`; nil without a value.
    var token: String? { value.map { (system ?? "") + "|" + $0 } }
}
