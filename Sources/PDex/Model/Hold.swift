public import FHIR

/// A part of the queue that an operator holds back: nothing in it is claimed until somebody resumes it.
public struct Hold: Sendable, Hashable {
    /// What can be held.
    public enum Subject: String, Sendable, Hashable, CaseIterable {
        /// Everything that goes to a payer.
        case payer
        /// Everything that a job made.
        case job
        /// One lane, whoever the payer is.
        case lane
    }

    /// What is held.
    public let subject: Subject
    /// The configured name of the payer or job, or the lane.
    public let name: String
    /// Since when.
    public let at: Instant
    /// Who asked for it.
    public let actor: String
    /// Why; never names a person.
    public let reason: String

    /// Describes a hold.
    public init(subject: Subject, name: String, at: Instant, actor: String, reason: String) {
        self.subject = subject
        self.name = name
        self.at = at
        self.actor = actor
        self.reason = reason
    }
}
