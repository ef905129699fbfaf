public import FHIR

/// The payer's answer to one attempt; never changed afterwards.
public struct Receipt: Sendable, Hashable {
    /// The submission.
    public let submission: String
    /// Which attempt, from 1.
    public let attempt: Int
    /// The HTTP status; 0 when no answer came.
    public let status: Int
    /// How the answer was interpreted.
    public let verdict: String
    /// Why it was not an acknowledgement.
    public let fault: FaultCode?
    /// The payer's OperationOutcome as severity, code and expression; never diagnostics.
    public let outcome: String?
    /// One line for each entry that the payer has acknowledged: `Type/id/_history/version` there (WR-14).
    ///
    /// When the answer refused some entries and entries are taken singly, these are the others (WR-03).
    public let locations: [String]
    /// The id that the payer gave the answer, by which the payer's staff find it in their logs (RD-23).
    public let answerID: String?
    /// When the answer came.
    public let at: Instant

    /// Assembles a receipt.
    public init(
        submission: String, attempt: Int, status: Int, verdict: String, fault: FaultCode?, outcome: String?,
        locations: [String], answerID: String? = nil, at: Instant
    ) {
        self.submission = submission
        self.attempt = attempt
        self.status = status
        self.verdict = verdict
        self.fault = fault
        self.outcome = outcome
        self.locations = locations
        self.answerID = answerID
        self.at = at
    }
}
