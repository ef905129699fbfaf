import FHIR
import PDex

/// Step 2: finds out which of the payer's members a patient is, and which of the patient's care the coverage covers.
struct Join: Sendable {
    /// How a patient relates to the payer.
    enum Outcome: Sendable {
        case matched(MatchedMember)
        case unmatched(FaultCode, String)
        case ambiguous(FaultCode, String, MatchEvidence?)

        /// What is staged of a member; nil when nothing but the Patient had to be read.
        var content: MemberContent? {
            if case .matched(let matched) = self { matched.member.content } else { nil }
        }
    }

    /// The same, before anything other than the facts kept of resources was read.
    enum Finding {
        case member(CoveredMember, MatchEvidence, MemberCare.Division)
        case unmatched(FaultCode, String)
        case ambiguous(FaultCode, String, MatchEvidence?)
    }

    let terms: ExchangeTerms
    let identities: Identities
    let stager: Stager
    let clock: any WallClock
    private let links: MemberLinks

    init(terms: ExchangeTerms, identities: Identities, stager: Stager, clock: any WallClock) {
        self.terms = terms
        self.identities = identities
        self.stager = stager
        self.clock = clock
        links = MemberLinks(terms: terms, identities: identities)
    }

    /// Decides for one patient, and reads what the following steps need; a stranger's data is not even read.
    func outcome(for member: ResourceKey, _ reader: any StoreReader) throws -> Outcome {
        switch try finding(for: member, reader) {
        case .unmatched(let code, let why): return .unmatched(code, why)
        case .ambiguous(let code, let why, let evidence): return .ambiguous(code, why, evidence)
        case .member(_, let evidence, let division):
            let answer = try reader.memberMatch(of: evidence.via ?? member, terms.route)
            let records = try evidence.member.map {
                try MemberRecords(of: $0, terms: terms, identities: identities, reader)
            }
            // Answers to bulk questions name a member, but give no number.
            let identifier = answer?.member == evidence.member ? answer?.identifier ?? records?.number : nil
            let staged = StagedMember(member, compartment: try reader.compartment(of: member), stager: stager)
            let kept = Set(division.kept)
            let consents = ClinicConsents(terms: terms, identities: identities)
            guard let objecting = try consents.recorded(of: member, via: evidence.via, reader) else {
                return .ambiguous(.matchMergeUnclear, ClinicConsents.tooMany, evidence)
            }
            let survivor = try Survivor(of: member, evidence, terms: terms, identities: identities, reader)
            return .matched(
                MatchedMember(
                    member: staged, match: evidence, identifier: identifier,
                    numberSystems: Set((records?.coverages ?? []).flatMap(\.memberIdentifiers).compactMap(\.system)),
                    resources: staged.resources.filter { kept.contains($0.staged.key) },
                    leftOut: division.leftOut + staged.unreadable, consents: records?.consents ?? [],
                    clinicConsents: objecting,
                    survivor: survivor,
                    basis: (records?.basis ?? []) + told(identifier, of: evidence.member)
                        + [survivor?.basis(identities)].compactMap(\.self)))
        }
    }

    /// Decides who a patient is and what is covered, from the facts that were kept at staging.
    func finding(for member: ResourceKey, _ reader: any StoreReader) throws -> Finding {
        guard let patient = try KnownPatient(member, stager, reader) else {
            return .unmatched(.clinicUnlinked, "the clinic did not send this member's Patient")
        }
        switch try Recognition(links: links, reader: reader).outcome(for: patient) {
        case .nobody(let code, let why): return .unmatched(code, why)
        case .unsure(let code, let why, let evidence): return .ambiguous(code, why, evidence)
        case .recognised(let covered, let evidence):
            guard !covered.held.isEmpty else {
                return .unmatched(.coverageMissing, "no coverage with \(terms.payer.name)")
            }
            guard covered.isPayorKnown else {
                return .ambiguous(
                    .coveragePayorUnknown, "the organization that pays for the coverage could not be read", evidence)
            }
            let care = try MemberCare(of: member, stager, reader)
            let division = divided(care, by: covered.coverages)
            guard !division.kept.isEmpty || care.items.isEmpty else {
                let isOld = division.leftOut.allSatisfy { $0.leftOut == .jobOutsideWindow }
                return isOld
                    ? .unmatched(.jobOutsideWindow, "all care was given longer ago than the job sends")
                    : .unmatched(.coverageNotActive, "the coverage does not hold on the day of any visit")
            }
            return .member(covered, evidence, division)
        }
    }

    /// The payer's identifier, as part of what the exchange is based on.
    private func told(_ identifier: Identifier?, of member: ResourceKey?) -> [StagedHash] {
        guard let member, let token = identifier?.token else { return [] }
        return [StagedHash(key: member, contentHash: Array(token.utf8).withUnsafeBytes(identities.contentHash))]
    }

    /// CO-13: the coverage must hold on every day of the care. Undated resources go if a dated one does, or if the
    /// coverage holds today; an open-ended period lasts until today.
    func divided(_ care: MemberCare, by coverages: [Coverage]) -> MemberCare.Division {
        let now = clock.now().text
        let verdicts = care.items.map { item -> Bool? in
            guard !item.days.isEmpty else { return nil }
            return item.days.allSatisfy { day in
                let day = day.reaching(now)
                return coverages.contains { $0.isActive(on: day) }
            }
        }
        let today = ServiceDates(first: now, last: now)
        let undated = verdicts.contains(true) || coverages.contains { $0.isActive(on: today) }
        let window = terms.selection.years.flatMap { ServiceWindow(years: $0).first(on: clock.now()) }.map {
            Period(start: $0)
        }
        var division = MemberCare.Division()
        division.kept.reserveCapacity(care.items.count)
        for (index, item) in care.items.enumerated() {
            if let window, !item.days.isEmpty, !item.days.contains(where: { $0.reaching(now).overlap(window) }) {
                division.leftOut.append(item.entry(leftOut: .jobOutsideWindow))
            } else if verdicts[index] ?? undated {
                division.kept.append(item.key)
            } else {
                division.leftOut.append(item.entry(leftOut: .coverageNotActive))
            }
        }
        return division
    }
}
