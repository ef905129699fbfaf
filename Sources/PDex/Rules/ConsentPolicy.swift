/// What silence means for a payer: what the law and the agreement with it make of a member who recorded nothing.
///
/// Which of the two holds is for counsel to say (CO-01); whatever it is, a denial wins, and what cannot be read or
/// understood withholds.
public enum ConsentPolicy: String, Sendable, Hashable, CaseIterable {
    /// Silence withholds: only a valid HRex Consent permits.
    case optIn = "opt-in"
    /// Silence permits what is not sensitive; whatever is recorded must not object.
    case optOut = "opt-out"
}
