/// What happens to a mapped resource that does not conform to the profile it was made for (PB-03, UC-07).
public struct ConformancePolicy: Sendable, Hashable {
    /// Whether resources are checked against their profiles before they are sent.
    public enum Gate: String, Sendable, CaseIterable {
        /// Resources that do not conform are not sent.
        case strict
        /// They are sent, and their errors are recorded.
        case report
        /// Nothing is checked.
        case off
    }

    /// What a strict gate does with resources that do not conform.
    public enum Failure: String, Sendable, CaseIterable {
        /// The resource stays here, and references to it name it by its identifier.
        case leaveOut = "leave-out"
        /// The member's whole exchange waits for an operator.
        case hold
    }

    /// Whether resources are checked.
    public let gate: Gate
    /// What is done with resources that do not conform.
    public let onInvalid: Failure

    /// A policy; by default resources that do not conform are left out (UC-04).
    public init(gate: Gate = .strict, onInvalid: Failure = .leaveOut) {
        self.gate = gate
        self.onInvalid = onInvalid
    }
}
