/// Something that is wrong with a store, as `pdex store check` prints it.
public struct StoreFinding: Sendable, Hashable {
    /// Which check found it.
    public enum Check: String, Sendable, CaseIterable {
        /// SQLite's own structures (`PRAGMA integrity_check`).
        case integrity
        /// Rows that refer to nothing (`PRAGMA foreign_key_check`).
        case references
        /// The hash chain of the audit trail.
        case audit
    }

    /// Which check found it.
    public let check: Check
    /// What is wrong: tables, pages, row and sequence numbers; never content.
    public let message: String
}
