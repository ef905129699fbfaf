import FHIR
import PDex

/// Step 2: finds out which of the payer's members a patient is, and which visits that coverage covers.
struct Join: Sendable {
    /// How a patient stands to the payer.
    enum Outcome: Sendable {
        case matched(MatchedMember)
        case unmatched(FaultCode, String)
        case ambiguous(FaultCode, String, MatchEvidence?)

        /// What is staged of a member; nil when nothing but the Patient had to be read.
        var content: MemberContent? {
            if case .matched(let matched) = self { matched.member.content } else { nil }
        }
    }

    let terms: ExchangeTerms
    let identities: Identities
    let stager: Stager
    let clock: any WallClock

    /// Decides for one patient, from what is staged; what a stranger to the payer has is not even read.
    func outcome(for member: ResourceKey, _ reader: any StoreReader) throws -> Outcome {
        guard let patient = try reader.staged(member).flatMap({ ClinicalResource($0, stager: stager) }) else {
            return .unmatched(.clinicUnlinked, "the clinic did not send this member's Patient")
        }
        let recognition = Recognition(terms: terms, identities: identities, reader: reader)
        switch try recognition.outcome(for: patient) {
        case .nobody(let code, let why): return .unmatched(code, why)
        case .unsure(let code, let why, let evidence): return .ambiguous(code, why, evidence)
        case .recognised(let records, let evidence):
            guard !records.coverages.isEmpty else {
                return .unmatched(.coverageMissing, "no coverage with \(terms.payer.name)")
            }
            guard records.isPayorKnown else {
                return .ambiguous(
                    .coveragePayorUnknown, "the organization that pays for the coverage could not be read", evidence)
            }
            let compartment = try reader.compartment(of: member)
            let answer = try reader.memberMatch(of: evidence.via ?? member, terms.route)
            let identifier = answer?.member == evidence.member ? answer?.identifier : nil
            return covered(
                StagedMember(member, compartment: compartment, stager: stager), by: records, evidence, identifier)
        }
    }

    private func covered(
        _ member: StagedMember, by records: MemberRecords, _ evidence: MatchEvidence, _ identifier: Identifier?
    ) -> Outcome {
        var (kept, leftOut) = split(member, by: records.coverages)
        guard !kept.isEmpty || member.resources.isEmpty else {
            let isOld = leftOut.allSatisfy { $0.leftOut == .jobOutsideWindow }
            return isOld
                ? .unmatched(.jobOutsideWindow, "all care was given longer ago than the job sends")
                : .unmatched(.coverageNotActive, "the coverage does not hold on the day of any visit")
        }
        leftOut += member.unreadable
        return .matched(
            MatchedMember(
                member: member, match: evidence, identifier: identifier, resources: kept, leftOut: leftOut,
                consents: records.consents, basis: records.basis + told(identifier, of: evidence.member)))
    }

    /// The payer's identifier as something that the exchange rests on.
    private func told(_ identifier: Identifier?, of member: ResourceKey?) -> [StagedHash] {
        guard let member, let token = identifier?.token else { return [] }
        return [StagedHash(key: member, contentHash: Array(token.utf8).withUnsafeBytes(identities.contentHash))]
    }

    /// CO-13: the coverage must hold on the day of the visit, and of each when there are several. What has no date
    /// goes along with what has one.
    private func split(
        _ member: StagedMember, by coverages: [Coverage]
    ) -> (kept: [ClinicalResource], leftOut: [ExchangeManifest.Entry]) {
        let verdicts = member.resources.map { resource -> Bool? in
            let dates = days(of: resource, member)
            guard !dates.isEmpty else { return nil }
            return dates.allSatisfy { dates in coverages.contains { $0.isActive(on: dates) } }
        }
        let today = ServiceDates(first: clock.now().text, last: clock.now().text)
        let undated = verdicts.contains(true) || coverages.contains { $0.isActive(on: today) }
        var kept: [ClinicalResource] = []
        var leftOut: [ExchangeManifest.Entry] = []
        for (resource, verdict) in zip(member.resources, verdicts) {
            if isOutside(days(of: resource, member)) {
                leftOut.append(resource.entry(leftOut: .jobOutsideWindow))
            } else if verdict ?? undated {
                kept.append(resource)
            } else {
                leftOut.append(resource.entry(leftOut: .coverageNotActive))
            }
        }
        return (kept, leftOut)
    }

    /// Whether all of the care was given longer ago than the job sends; what has no date was not.
    private func isOutside(_ days: [ServiceDates]) -> Bool {
        let today = clock.now().text
        guard let years = terms.selection.years, !days.isEmpty, let year = Int(today.prefix(4)) else { return false }
        let first = "\(year - years)"
        // A day that the earlier year does not have is the 29th of February.
        guard let date = FHIRDate(first + today.dropFirst(4).prefix(6)) ?? FHIRDate(first + "-02-28") else {
            return false
        }
        return !days.contains { $0.overlap(Period(start: date)) }
    }

    /// When care was given: when the visits were or, while no visit has a date, when the resource says.
    private func days(of resource: ClinicalResource, _ member: StagedMember) -> [ServiceDates] {
        let visits = resource.staged.type == "Encounter" ? [] : resource.encounters.compactMap { member.encounter($0) }
        let days = visits.map(\.dates).filter { !$0.isEmpty }
        return days.isEmpty ? [resource.dates].filter { !$0.isEmpty } : days
    }
}
