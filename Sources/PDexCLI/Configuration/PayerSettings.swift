import PDex

/// A payer of `pdex.yaml`.
struct PayerSettings: Sendable, Hashable {
    /// The payer's FHIR server.
    var server: ServerSettings
    /// Where Coverage comes from.
    let coverage: ExchangeTerms.RecordSource
    /// Where Consent comes from.
    let consent: ExchangeTerms.RecordSource
    /// How people are recognised as its members.
    var match = MatchSettings()
    /// The only types that the payer may receive; nil leaves this to the jobs.
    var types: [String]?
    /// What happens to a resource that does not conform to its profile.
    var conformance = ConformancePolicy()
    /// What our own Provenance tells it.
    var provenance = ProvenancePolicy()
    /// What the lack of a consent means for it.
    var consentPolicy = ConsentPolicy.optIn
    /// How the payer is told about data that the clinic deleted or entered in error.
    var retraction = ExchangeTerms.Retraction.enteredInError
    /// What happens to data sent under a consent that was withdrawn later.
    var afterRevocation = ExchangeTerms.AfterRevocation.leave
    /// The folder for file drops to it; nil when it has none.
    var dropFolder: String?
    /// How we identify ourselves in bulk submissions to it.
    var submitter: SubmitterSettings?
    /// When and for how long it is left alone after failures.
    var breaker = BreakerPolicy()

    /// Why its own server is contacted regardless of the jobs; nil when it is not.
    var asked: String? {
        if coverage.isServed { return "coverage comes from it" }
        if consent.isServed { return "consent comes from it" }
        return match.inquiry.asksMany ? "it is asked about many members" : nil
    }

    /// Whether coverage, consent or answers about many members come as an export from the payer.
    var exports: Bool {
        match.inquiry.asksMany || [coverage, consent].contains { if case .export = $0 { true } else { false } }
    }
}
