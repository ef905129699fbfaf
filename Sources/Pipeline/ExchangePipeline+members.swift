import FHIR
public import PDex

extension ExchangePipeline {
    /// The result of reading the payer's records.
    public struct Import: Sendable, Hashable {
        /// Records received, including members and organizations.
        public let received: Int
        /// Seen for the first time.
        public let new: Int
        /// Different from before.
        public let changed: Int
        /// Kept out, since their `meta.lastUpdated` is earlier than that of what was read before.
        public let older: Int
        /// No longer among them, by type.
        public let gone: [String: Int]
        /// The report on the roster, when they come from one.
        public let roster: RosterReport?
    }

    /// Reads the payer's coverage and consent again, and indexes its members; nothing is sent.
    ///
    /// A roster with unusable lines is only reported, and nothing of it is imported. A file without a single record is
    /// refused where there were some before, unless `mayBeEmpty`. Throws as a run does.
    public func importMembers(mayBeEmpty: Bool = false) async throws -> Import {
        var roster: RosterReport?
        if case .roster(let path, let columns) = terms.coverage {
            let writer = RosterWriter(terms: terms, columns: columns, identities: identities)
            let report = try RosterFile(path: path, writer: writer).check()
            guard report.refused == 0 else {
                return Import(received: 0, new: 0, changed: 0, older: 0, gone: [:], roster: report)
            }
            roster = report
        }
        let tally = PullTally()
        var records = records
        records.mayBeEmpty = mayBeEmpty
        let gone = try await records.pull(tally)
        let staged = await tally.staged
        return Import(
            received: await tally.resources, new: staged.new, changed: staged.changed, older: staged.older, gone: gone,
            roster: roster)
    }

    /// After an operator decided about a patient, withholds what waits on an outdated match, in the transaction of that
    /// decision, and records what the payer holds but should not; `member` is the one linked to the patient.
    public func follow(decisionOn patient: ResourceKey, _ member: ResourceKey?, _ writer: any StoreWriter) throws {
        try Revocation(consent: checkConsent, identities: identities)
            .follow(decisionOn: patient, member, at: clock.now(), writer)
        guard let words = try misplaced(of: patient, writer) else { return }
        try writer.record(
            AuditEntry(
                at: clock.now(), actor: "service", action: "member.misplaced",
                reason: "patient \(patient) of \(terms.clinic.name): \(words)"))
    }

    /// Why a patient is or is not taken for a member: what each rule looked for and found, without naming anybody.
    public func explain(patient: ResourceKey, withValues: Bool = false) async throws -> MatchExplanation {
        let (terms, identities) = (terms, identities)
        try await records.ensureIndexed()
        return try await store.read { reader in
            let stager = Stager(clinicOf: terms, identities)
            guard let person = try KnownPatient(patient, stager, reader) else {
                throw Fault(
                    .memberUnknown, .stop, "\(terms.clinic.name) has no such Patient in the store",
                    hint: "give its id at the clinic, or the key that  pdex exchanges show  calls patient")
            }
            var steps: [String] = []
            var recognition = Recognition(terms: terms, identities: identities, reader: reader)
            recognition.note = { steps.append($0) }
            let outcome = try recognition.outcome(for: person)
            let portrait = MemberTraits(numbers: terms.numbers).of(patient: person.facts)
            let told = try reader.memberMatch(of: patient, terms.route)?.identifier?.token
            let values = terms.matchBy.map { rule in
                let found =
                    rule == .memberMatch
                    ? [told].compactMap(\.self) : portrait.values(rule)
                return MatchExplanation.Values(
                    rule: rule, values: withValues ? found.map { $0.replacing("\u{1f}", with: " · ") } : [],
                    count: found.count)
            }
            return MatchExplanation(
                patient: patient, looked: values, steps: steps, outcome: outcome,
                misplaced: try misplaced(of: patient, reader))
        }
    }
}
