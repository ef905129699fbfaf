import FHIR
public import PDex

extension ExchangePipeline {
    /// The result of asking the payer in bulk.
    public struct Matching: Sendable, Hashable {
        /// How many patients it was asked about, or would be in a dry run.
        public internal(set) var asked = 0
        /// Open patients who were not asked about: no card, no Consent, asked before, or the limit of questions.
        public internal(set) var notAsked = 0
        /// Why they were not, in words that name nobody, with how many.
        public internal(set) var reasons: [String: Int] = [:]
        /// What was answered; `asked` are those without an answer yet.
        public internal(set) var outcomes: [MemberMatch.Outcome: Int] = [:]
        /// The ids of the payer's Groups of matched members, for `$davinci-data-export`.
        public internal(set) var groups: [String] = []
        /// What went wrong on the way, by code.
        public internal(set) var problems: [FaultCode: Int] = [:]

        /// Whether everybody who was asked about has an answer that can be used.
        public var isWhole: Bool { problems.isEmpty && outcomes[.asked, default: 0] == 0 }
    }

    /// Asks the payer in bulk about all patients whom only it can identify (PDex `$bulk-member-match`); nothing else is
    /// sent.
    ///
    /// A dry run reads the clinic and asks nobody. Throws `config.missing` unless the payer may be asked this way, and
    /// as a run does. `actor` is who asks, for the audit trail.
    public func matchMembers(by actor: String, dryRun: Bool = false) async throws -> Matching {
        guard terms.matchBy.contains(.memberMatch) else {
            throw Fault(
                .jobInvalid, .stop, "the job \(terms.job) does not go by what a payer answers",
                hint: "put member-match into its match.by")
        }
        guard terms.inquiry.asksMany, let payerExports else {
            throw Fault(
                .configMissing, .stop, "\(terms.payer.name) may not be asked about many members at once",
                hint: "say  match: { member-match: { bulk: true, consent: required } }  of it in pdex.yaml")
        }
        let tally = PullTally()
        let inquiry = MemberInquiry(
            terms: terms, run: nil, clinic: clinic, payer: payer, store: store, identities: identities, clock: clock,
            tally: tally, actor: actor, observer: observer)
        let bulk = BulkInquiry(inquiry: inquiry, exporter: payerExports, report: BulkInquiryTally())
        try await bulk.ask(dryRun: dryRun)
        var matching = await bulk.report.counts
        matching.problems = await tally.problems.merging(await tally.notes) { $0 + $1 }
        return matching
    }
}
