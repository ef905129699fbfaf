import PDex

/// A payer of `pdex.yaml`.
struct PayerSettings: Sendable, Hashable {
    /// The payer's FHIR server.
    var server: ServerSettings
    /// Where Coverage comes from.
    let coverage: ExchangeTerms.RecordSource
    /// Where Consent comes from.
    let consent: ExchangeTerms.RecordSource
}
