import FHIR
import PDex

/// What was heard of one claim, and when.
struct Heard: Sendable {
    let reading: AnswerReading
    let lease: LeasedSubmission
    /// As in HTTP; 0 when there was no answer.
    let status: Int
    /// The permit under which it was sent, and what was found before, for the audit trail.
    let why: String
    let at: Instant
    /// Chance between 0 and 1, for the wait.
    let jitter: Double

    init(
        _ reading: AnswerReading, of lease: LeasedSubmission, status: Int, why: String, at instant: Instant,
        jitter: Double
    ) {
        self.reading = reading
        self.lease = lease
        self.status = status
        self.why = why
        at = instant
        self.jitter = jitter
    }
}
