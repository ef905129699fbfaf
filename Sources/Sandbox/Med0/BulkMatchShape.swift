/// The format in which a payer answers `$bulk-member-match`.
public enum BulkMatchShape: String, Sendable, CaseIterable {
    /// PDex 2.1.0: Parameters that contain the Groups.
    case parameters = "2.1.0"
    /// PDex 2.2.0: a file of Groups.
    case groups = "2.2.0"
}
