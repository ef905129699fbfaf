/// In which shape a payer answers `$member-match`.
public enum MemberMatchShape: String, Sendable, CaseIterable {
    /// HRex 1.0.0: an identifier of type `MB`, and a Consent has to come with the question.
    case memberNumber = "1.0.0"
    /// HRex 1.1.0 and 1.2.0: an identifier of type `UMB`, and the Patient.
    case uniqueMember = "1.2.0"
}
