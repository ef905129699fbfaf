import FHIR
import PDex

/// What was heard about one claim, and when.
struct Heard: Sendable {
    let reading: AnswerReading
    let lease: LeasedSubmission
    /// What identifies the answer in the receipt.
    let mark: AnswerMark
    /// The permit under which it was sent, and what was found before, for the audit trail.
    let why: String
    let at: Instant
    /// A random number between 0 and 1, for the wait.
    let jitter: Double

    init(
        _ reading: AnswerReading, of lease: LeasedSubmission, as mark: AnswerMark, why: String, at instant: Instant,
        jitter: Double
    ) {
        self.reading = reading
        self.lease = lease
        self.mark = mark
        self.why = why
        at = instant
        self.jitter = jitter
    }
}
