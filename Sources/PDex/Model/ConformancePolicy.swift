/// What becomes of a mapped resource that does not conform to the profile it was made for (PB-03, UC-07).
public struct ConformancePolicy: Sendable, Hashable {
    /// Whether resources are held against their profiles before they are sent.
    public enum Gate: String, Sendable, CaseIterable {
        /// What does not conform is not sent.
        case strict
        /// It is sent, and what is wrong with it is written down.
        case report
        /// Nothing is checked.
        case off
    }

    /// What a strict gate does with what does not conform.
    public enum Failure: String, Sendable, CaseIterable {
        /// The resource stays here, and what refers to it names it by its identifier.
        case leaveOut = "leave-out"
        /// The member's whole exchange waits for an operator.
        case hold
    }

    /// Whether resources are checked.
    public let gate: Gate
    /// What is done with what does not conform.
    public let onInvalid: Failure

    /// A policy; by default what does not conform is left out (UC-04).
    public init(gate: Gate = .strict, onInvalid: Failure = .leaveOut) {
        self.gate = gate
        self.onInvalid = onInvalid
    }
}
