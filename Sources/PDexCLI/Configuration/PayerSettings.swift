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
    /// The only types that the payer may have; nil leaves it to the jobs.
    var types: [String]?
    /// What becomes of a resource that does not conform to its profile.
    var conformance = ConformancePolicy()
    /// What our own Provenance tells it.
    var provenance = ProvenancePolicy()
    /// What silence means for it.
    var consentPolicy = ConsentPolicy.optIn
    /// How the payer is told what the clinic deleted or entered in error.
    var retraction = ExchangeTerms.Retraction.enteredInError
    /// What becomes of what was sent under a consent that was withdrawn since.
    var afterRevocation = ExchangeTerms.AfterRevocation.leave
    /// The folder in which file drops for it are left; nil when it has none.
    var dropFolder: String?
    /// Who we are to it when it is submitted to.
    var submitter: SubmitterSettings?
    /// When it is left alone after failures.
    var breaker = BreakerPolicy()

    /// What its own server is asked for whatever the jobs are; nil for nothing.
    var asked: String? {
        if coverage.isServed { return "coverage comes from it" }
        if consent.isServed { return "consent comes from it" }
        return match.inquiry.asksMany ? "it is asked about many members" : nil
    }

    /// Whether coverage or consent comes by an export at the payer, or answers about many members do.
    var exports: Bool {
        match.inquiry.asksMany || [coverage, consent].contains { if case .export = $0 { true } else { false } }
    }
}
