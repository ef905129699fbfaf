import FHIR

/// The result of an export.
///
/// It stays at the clinic until the run is closed, so that a process that resumes the run finds its files there.
struct FinishedExport: Sendable {
    /// The server's time of the export, which becomes the watermark if nothing is missing.
    let transactionTime: Instant
    /// The `_since` of the export; nil when it held everything.
    let since: Instant?
    /// The status URL of the export.
    let statusURL: String
}
