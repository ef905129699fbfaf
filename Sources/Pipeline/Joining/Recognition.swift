import FHIR
import PDex

/// Finds the payer's member that one of the clinic's patients is: by an operator's word, or from the links of both
/// sides.
struct Recognition {
    /// What looking came to.
    enum Outcome {
        case recognised(MemberRecords, MatchEvidence)
        case nobody(FaultCode, String)
        /// With the evidence of the merge that came undone, so that it stays undone until an operator decides.
        case unsure(FaultCode, String, MatchEvidence? = nil)
    }

    let terms: ExchangeTerms
    let identities: Identities
    let reader: any MemberReader
    /// Hears what is done, in words without PHI.
    var note: (String) -> Void = { _ in }

    private var traits: MemberTraits { MemberTraits(numbers: terms.numbers) }

    /// Decides for one patient.
    func outcome(for patient: ClinicalResource) throws -> Outcome {
        if let decided = try decided(for: patient.staged.key, via: nil) { return decided }
        let before = try reader.latestExchange(member: patient.staged.key, payer: terms.payer.name)?.match
        let succession = Succession(terms: terms, identities: identities, reader: reader)
        switch try succession.outcome(for: patient, before: before) {
        case .itself:
            return try ruled(patient, via: nil)
        case .survivor(let survivor):
            let key = survivor.staged.key
            note("the clinic merged it into patient \(key), who is recognised in its place")
            return try decided(for: key, via: key) ?? ruled(survivor, via: key)
        case .unclear(let code, let why):
            note("\(code.rawValue): \(why)")
            return .unsure(code, why, code == .matchUnmerged ? before : nil)
        }
    }

    /// What an operator decided; nil when nobody did.
    private func decided(for patient: ResourceKey, via: ResourceKey?) throws -> Outcome? {
        guard let link = try reader.memberLink(of: patient, terms.route) else { return nil }
        guard let member = link.member else {
            note("an operator keeps it apart from every member: \(link.reason)")
            return .nobody(.matchApart, "an operator keeps this patient apart from every member of \(terms.payer.name)")
        }
        note("an operator linked it to member \(member): \(link.reason)")
        let records = try MemberRecords(of: member, terms: terms, identities: identities, reader)
        return .recognised(
            records, MatchEvidence(member: member, rule: MatchEvidence.byOperator, value: nil, via: via))
    }

    private func ruled(_ patient: ClinicalResource, via: ResourceKey?) throws -> Outcome {
        var known: [ResourceKey: MemberRecords] = [:]
        func records(of member: ResourceKey) throws -> MemberRecords {
            if let records = known[member] { return records }
            let records = try MemberRecords(of: member, terms: terms, identities: identities, reader)
            known[member] = records
            return records
        }
        let match = try CoverageMatch.deciding(
            for: patient.staged.key, by: terms.matchBy,
            agrees: { try !MemberTraits.contradict(patient.resource, records(of: $0).person, by: $1) },
            members: { try found(traits.of(patient: patient.resource, $0), $0, at: terms.payer) },
            claimants: { try claimants(of: records(of: $0), $0, $1, besides: patient.staged.key) },
            note: { note($0.words) })
        guard case .member(let key, let rule) = match else { return told(match) }
        if let link = try reader.memberLink(to: key, terms.route), link.patient != patient.staged.key {
            note("an operator linked that member to patient \(link.patient)")
            return .unsure(.matchAmbiguous, "an operator linked the member to another patient")
        }
        let records = try records(of: key)
        let shared = Set(traits.of(patient: patient.resource, rule))
            .intersection(traits.of(member: records.person, records.coverages, rule))
        let value = shared.min().map { identities.linkKey(source: terms.payer.name, by: rule.rawValue, value: $0) }
        return .recognised(records, MatchEvidence(member: key, rule: rule.rawValue, value: value, via: via))
    }

    private func told(_ match: CoverageMatch) -> Outcome {
        let (clinic, payer) = (terms.clinic.name, terms.payer.name)
        switch match {
        case .none, .member:
            return .nobody(.coverageMissing, "no coverage with \(payer)")
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

    /// The clinic's patients that a rule leads the member to.
    ///
    /// Who cannot be the member may carry a family's number, but claims nobody; neither does one of whom an operator
    /// has decided that it is somebody else.
    private func claimants(
        of member: MemberRecords, _ key: ResourceKey, _ rule: MatchRule, besides patient: ResourceKey
    ) throws -> Set<ResourceKey> {
        let values = traits.of(member: member.person, member.coverages, rule)
        return try found(values, rule, at: terms.clinic).filter { other in
            if other == patient { return true }
            if let link = try reader.memberLink(of: other, terms.route), link.member != key { return false }
            let resource = try reader.staged(other).flatMap { try? Resource(parsing: $0.bytes) }
            return !MemberTraits.contradict(resource, member.person)
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

extension MatchStep {
    /// What happened, without naming anybody.
    fileprivate var words: String {
        let count = members == 1 ? "1 member" : "\(members) members"
        let start = "\(rule.rawValue): \(count)"
        switch verdict {
        case .nobody: return start + "; the next rule is asked"
        case .several: return start + "; a weaker rule must not choose among them"
        case .anotherPerson: return start + ", but birth date, gender, name or address are another person's"
        case .claimed(let patients): return start + ", to whom \(patients) patients have as good a claim"
        case .elsewhere(let rule): return start + ", but \(rule.rawValue) leads to somebody else"
        case .recognised: return start + ", and nothing speaks against it"
        }
    }
}
