/// What silence means for a payer: how the law and the agreement with it treat a member who recorded nothing.
///
/// Which of the two applies is for counsel to say (CO-01). Under either, a denial wins, and a consent that cannot be
/// read or understood withholds.
public enum ConsentPolicy: String, Sendable, Hashable, CaseIterable {
    /// Silence withholds: only a valid HRex Consent permits.
    case optIn = "opt-in"
    /// Silence permits what is not sensitive, unless something recorded objects.
    case optOut = "opt-out"
}
