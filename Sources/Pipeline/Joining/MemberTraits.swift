import FHIR
import PDex

/// The traits by which people are recognised, spelt the same for the clinic's patients and the payer's members.
struct MemberTraits {
    let numbers: MemberNumbers

    /// The values by which each rule recognises one of the clinic's patients.
    func of(patient facts: PersonFacts) -> Portrait {
        let (person, identifiers) = (facts.person, facts.identifiers)
        return Portrait(person) { rule in
            switch rule {
            case .memberID: identifiers.filter(isMemberNumber).compactMap(\.numberToken)
            case .memberMatch: []
            case .recordNumber: recordNumbers(identifiers)
            case .subscriberID: subscribers(identifiers, born: person?.born)
            case .demographicsAddress: person?.addressed ?? []
            case .demographics: [person?.key].compactMap(\.self)
            }
        }
    }

    /// The values by which each rule recognises one of the payer's members, using those of its coverages that count.
    func of(member facts: PersonFacts, _ coverages: [Coverage]) -> Portrait {
        let person = facts.person
        let covered = coverages.flatMap(\.memberIdentifiers)
        return Portrait(person) { rule in
            switch rule {
            case .memberID: return covered.compactMap(\.numberToken)
            case .memberMatch: return []
            case .recordNumber:
                let systems = Set(numbers.pairs.map(\.payer) + [numbers.tableSystems?.payer].compactMap(\.self))
                guard !systems.isEmpty else { return [] }
                let known = facts.identifiers + covered
                return known.filter { $0.system.map(systems.contains) ?? false }.compactMap(\.token)
            case .subscriberID:
                guard let born = person?.born else { return [] }
                return coverages.compactMap(\.subscriberID).map { Self.subscriber($0, born: born) }
            case .demographicsAddress: return person?.addressed ?? []
            case .demographics: return [person?.key].compactMap(\.self)
            }
        }
    }

    /// Whether a patient's identifier may be a plan's number: its type says so, or its system is declared as one for
    /// such numbers. A record number with the same digits is not a member number.
    private func isMemberNumber(_ identifier: Identifier) -> Bool {
        if identifier.hasTypeCode("MB") || identifier.hasTypeCode("UMB") { return true }
        return identifier.system.map(numbers.payerSystems.contains) ?? false
    }

    /// The payer's numbers to which the patient's record numbers are declared to correspond.
    private func recordNumbers(_ identifiers: [Identifier]) -> [String] {
        identifiers.flatMap { identifier -> [String] in
            guard let system = identifier.system, let value = identifier.value else { return [] }
            let paired = numbers.pairs.filter { $0.clinic == system }.map { $0.payer + "|" + value }
            guard let table = numbers.tableSystems, table.clinic == system else { return paired }
            return paired + (numbers.table[value] ?? []).map { table.payer + "|" + $0 }
        }
    }

    /// Subscriber and member numbers, with the birth date: a family shares the subscriber's number.
    private func subscribers(_ identifiers: [Identifier], born: String?) -> [String] {
        guard let born else { return [] }
        return
            identifiers
            .filter { identifier in
                guard identifier.hasTypeCode("SN") || identifier.hasTypeCode("MB") else { return false }
                return numbers.subscriberSystems.isEmpty
                    || identifier.system.map(numbers.subscriberSystems.contains) ?? false
            }
            .compactMap(\.value).map { Self.subscriber($0, born: born) }
    }

    private static func subscriber(_ id: String, born: String) -> String {
        id + "\u{1f}" + born
    }
}

extension Identifier {
    /// `system|value`; nil without a value.
    var token: String? { value.map { (system ?? "") + "|" + $0 } }

    /// The same if it says whose number it is; nil without a system, because digits alone identify nobody.
    var numberToken: String? {
        guard let system, let value, !system.isEmpty, !value.isEmpty else { return nil }
        return system + "|" + value
    }
}
