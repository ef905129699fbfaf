import PDex

/// Which of the clinic's Patients stands for one that was merged into another (`Patient.link`, reliability T10).
struct Succession {
    /// The patient to recognise.
    enum Outcome {
        /// The patient itself.
        case itself
        /// The one that took its place.
        case survivor(KnownPatient)
        /// It cannot be decided.
        case unclear(FaultCode, String)
    }

    private static let longest = 8

    let links: MemberLinks
    let reader: any MemberReader

    private var terms: ExchangeTerms { links.terms }
    private var stager: Stager { Stager(clinicOf: terms, links.identities) }

    /// Follows links from either side; `before` is the evidence of the patient's latest exchange.
    func outcome(for patient: KnownPatient, before: MatchEvidence?) throws -> Outcome {
        var seen: Set<ResourceKey> = [patient.key]
        var last = patient
        while let next = try successors(of: last) {
            guard let key = try meant(by: next), seen.insert(key).inserted, seen.count <= Self.longest,
                let found = try KnownPatient(key, stager, reader)
            else {
                return .unclear(
                    .matchMergeUnclear,
                    "the clinic merged this patient into another, but does not say plainly into which")
            }
            last = found
        }
        if seen.count == 1, before?.via != nil { return Self.unmerged }
        if !last.facts.isActive {
            return .unclear(.matchInactive, "the clinic no longer uses this record, and no other took its place")
        }
        guard try !hasLostFollower(last.key) else { return Self.unmerged }
        return seen.count == 1 ? .itself : .survivor(last)
    }

    /// The patients that, by a patient's record or their own, took its place; nil when there are none.
    func successors(of patient: KnownPatient) throws -> Set<ResourceKey>? {
        let replacing = try reader.members(linkedBy: links.link(toReplaced: patient.key))
        guard patient.facts.isReplaced || !replacing.isEmpty else { return nil }
        return Set(patient.facts.replacedBy + replacing)
    }

    /// The one in which several end: the others were replaced themselves, and lead to it. Nil when that is not clear.
    private func meant(by several: Set<ResourceKey>) throws -> ResourceKey? {
        guard several.count > 1 else { return several.first }
        var ends: Set<ResourceKey> = []
        for key in several {
            guard var chart = try KnownPatient(key, stager, reader) else { return nil }
            var steps = 0
            while let next = try successors(of: chart) {
                // If it leads to several others, choosing one would be a guess; each of these is followed itself.
                let named = next.count == 1 || next.isSubset(of: several) ? next.min() : nil
                steps += 1
                guard steps <= Self.longest, let key = named, let found = try KnownPatient(key, stager, reader) else {
                    return nil
                }
                chart = found
            }
            ends.insert(chart.key)
        }
        return ends.count == 1 && several.isSuperset(of: ends) ? ends.first : nil
    }

    /// Whether a patient that was merged into `survivor` no longer is: then nobody knows which visits are whose.
    private func hasLostFollower(_ survivor: ResourceKey) throws -> Bool {
        try reader.followers(of: survivor, payer: terms.payer.name).contains { key in
            guard try reader.memberLink(of: key, terms.route) == nil,
                let follower = try KnownPatient(key, stager, reader)
            else { return false }
            return try successors(of: follower) == nil
        }
    }

    private static let unmerged = Outcome.unclear(
        .matchUnmerged, "patients were merged at the clinic, and are no longer: somebody has to look at both")
}
