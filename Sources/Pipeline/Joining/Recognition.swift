import FHIR
import PDex

/// Finds the payer's member that one of the clinic's patients is, from the links of both sides.
struct Recognition {
    /// What looking came to.
    enum Outcome {
        case recognised(MemberRecords, by: MatchRule)
        case nobody
        case unsure(FaultCode, String)
    }

    let terms: ExchangeTerms
    let identities: Identities
    let reader: any StoreReader

    /// Decides for one patient.
    func outcome(for patient: ClinicalResource) throws -> Outcome {
        var known: [ResourceKey: MemberRecords] = [:]
        func records(of member: ResourceKey) throws -> MemberRecords {
            if let records = known[member] { return records }
            let records = try MemberRecords(of: member, terms: terms, identities: identities, reader)
            known[member] = records
            return records
        }
        let match = try CoverageMatch.deciding(
            for: patient.staged.key, by: terms.matchBy,
            agrees: { try !MemberTraits.contradict(patient.resource, records(of: $0).person) },
            members: { try found(MemberTraits.of(patient: patient.resource, $0), $0, at: terms.payer) },
            claimants: { try claimants(of: records(of: $0), $1, besides: patient.staged.key) })
        if case .member(let key, let rule) = match { return .recognised(try records(of: key), by: rule) }
        return told(match)
    }

    private func told(_ match: CoverageMatch) -> Outcome {
        let (clinic, payer) = (terms.clinic.name, terms.payer.name)
        switch match {
        case .none, .member:
            return .nobody
        case .ambiguous(let rule, let count):
            return .unsure(.matchAmbiguous, "\(count) members of \(payer) match by \(rule.rawValue)")
        case .claimed(let rule, let count):
            return .unsure(
                .matchAmbiguous,
                "\(count) patients of \(clinic) may be the member of \(payer) that matches by \(rule.rawValue)")
        case .contradicted(let rule):
            return .unsure(
                .matchContradicted,
                "the member of \(payer) that matches by \(rule.rawValue) is somebody else by what else is known")
        }
    }

    /// The clinic's patients that a rule leads the member to. Whose birth date is another may carry a family's number,
    /// but claims nobody.
    private func claimants(
        of member: MemberRecords, _ rule: MatchRule, besides patient: ResourceKey
    ) throws -> Set<ResourceKey> {
        let values = MemberTraits.of(member: member.person, member.coverages, rule)
        return try found(values, rule, at: terms.clinic).filter { key in
            if key == patient { return true }
            let other = try reader.staged(key).flatMap { try? Resource(parsing: $0.bytes) }
            return !MemberTraits.contradict(other, member.person)
        }
    }

    private func found(_ values: [String], _ rule: MatchRule, at party: Party) throws -> Set<ResourceKey> {
        try Set(
            values.flatMap {
                try reader.members(
                    linkedBy: identities.linkKey(source: party.name, by: rule.rawValue, value: $0))
            })
    }
}
