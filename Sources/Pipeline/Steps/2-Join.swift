import FHIR
import PDex

/// Step 2: finds out which of the payer's members a patient is, and which visits that coverage covers.
struct Join: Sendable {
    /// How a patient stands to the payer.
    enum Outcome: Sendable {
        case matched(MatchedMember)
        case unmatched(FaultCode, String)
        case ambiguous(String)
    }

    let terms: ExchangeTerms
    let identities: Identities
    let clock: any WallClock

    /// Decides for one patient, from what is staged.
    func outcome(for member: StagedMember, _ reader: any StoreReader) throws -> Outcome {
        guard let patient = member.patient else {
            return .unmatched(.clinicUnlinked, "the clinic did not send this member's Patient")
        }
        let found = try terms.matchBy.map { rule in
            (rule: rule, members: try links(rule, patient.resource).flatMap(reader.members(linkedBy:)))
        }
        switch CoverageMatch.deciding(found) {
        case .none:
            return .unmatched(.coverageMissing, "no coverage with \(terms.payer.name)")
        case .ambiguous(let rule, let candidates):
            return .ambiguous("\(candidates) members of \(terms.payer.name) match by \(rule.rawValue)")
        case .member(let key, let rule):
            return try covered(member, by: key, rule, reader)
        }
    }

    private func covered(
        _ member: StagedMember, by key: ResourceKey, _ rule: MatchRule, _ reader: any StoreReader
    ) throws -> Outcome {
        let records = try reader.compartment(of: key)
        let coverages = records.filter { $0.type == "Coverage" }
            .compactMap { try? Coverage(Resource(parsing: $0.bytes)) }
        guard !coverages.isEmpty else {
            return .unmatched(.coverageMissing, "no coverage with \(terms.payer.name)")
        }
        var (kept, leftOut) = split(member, by: coverages)
        guard !kept.isEmpty || member.resources.isEmpty else {
            return .unmatched(.coverageNotActive, "the coverage does not hold on the day of any visit")
        }
        leftOut += member.excluded
        let consents = records.filter { $0.type == "Consent" }.map { staged in
            ConsentDecision.Recorded(
                resource: staged, consent: (try? Resource(parsing: staged.bytes)).map(Consent.init))
        }
        let basis = records.filter { $0.type == "Coverage" || $0.type == "Consent" }
            .map { StagedHash(key: $0.key, contentHash: $0.contentHash) }
        return .matched(
            MatchedMember(
                member: member, rule: rule, resources: kept, leftOut: leftOut, consents: consents, basis: basis))
    }

    /// CO-13: the coverage must hold on the day of the visit. What has no date goes along with what has one.
    private func split(
        _ member: StagedMember, by coverages: [Coverage]
    ) -> (kept: [ClinicalResource], leftOut: [ExchangeManifest.Entry]) {
        let verdicts = member.resources.map { resource -> Bool? in
            let visit = resource.encounter.flatMap { member.encounter($0) } ?? resource
            guard !visit.dates.isEmpty else { return nil }
            return coverages.contains { $0.isActive(on: visit.dates) }
        }
        let today = ServiceDates(first: clock.now().text, last: clock.now().text)
        let undated = verdicts.contains(true) || coverages.contains { $0.isActive(on: today) }
        var kept: [ClinicalResource] = []
        var leftOut: [ExchangeManifest.Entry] = []
        for (resource, verdict) in zip(member.resources, verdicts) {
            if verdict ?? undated {
                kept.append(resource)
            } else {
                leftOut.append(resource.entry(leftOut: .coverageNotActive))
            }
        }
        return (kept, leftOut)
    }

    private func links(_ rule: MatchRule, _ patient: Resource) -> [Int64] {
        let identifiers = (patient["identifier"]?.elements ?? []).compactMap(Identifier.init)
        let values: [String] =
            switch rule {
            case .memberID: identifiers.compactMap(MemberTraits.token)
            case .subscriberID: subscriberLinks(identifiers, born: patient["birthDate"]?.string)
            case .demographics: MemberTraits.demographics(patient).map { [$0] } ?? []
            }
        return values.map { identities.linkKey(source: terms.payer.name, by: rule.rawValue, value: $0) }
    }

    private func subscriberLinks(_ identifiers: [Identifier], born: String?) -> [String] {
        guard let born else { return [] }
        let typed = identifiers.filter { $0.hasTypeCode("SN") || $0.hasTypeCode("MB") }
        return typed.compactMap(\.value).map { MemberTraits.subscriber($0, born: born) }
    }
}
