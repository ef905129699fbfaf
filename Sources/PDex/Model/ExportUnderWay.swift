public import FHIR

/// An export that a clinic makes for a job, kept apart from the run that started it so that a later run can resume it
/// (BLK-17, BLK-18).
public struct ExportUnderWay: Sendable, Hashable {
    /// The configured name of the clinic.
    public let source: String
    /// The job it is for: one job has one export at a clinic.
    public let job: String
    /// The request in words that are equal when the requests are.
    public let request: String
    /// The URL at which its status is polled.
    public let statusURL: String
    /// It holds what changed since this instant; nil when it holds everything.
    public let since: Instant?
    /// The parameters that were left out of the request.
    public let dropped: [ExportStart.Parameter]
    /// When it was started, by our clock.
    public let started: Instant

    /// Describes an export.
    public init(
        source: String, job: String, request: String, statusURL: String, since: Instant?,
        dropped: [ExportStart.Parameter], started: Instant
    ) {
        self.source = source
        self.job = job
        self.request = request
        self.statusURL = statusURL
        self.since = since
        self.dropped = dropped
        self.started = started
    }
}
