import FHIR

/// What an export came to.
///
/// It stays at the clinic until the run is closed: a process that goes on with the run finds its files there.
struct FinishedExport: Sendable {
    /// The server's time of the export: what the watermark becomes once nothing is missing.
    let transactionTime: Instant
    /// From when on it was asked for; nil when it held everything.
    let since: Instant?
    /// Where the export is.
    let statusURL: String
}
