public import PDex

/// Who is behind the configured names, for those who read the audit trail elsewhere.
public struct AuditParties: Sendable {
    private let parties: [String: Party]

    /// Clinics and payers as they are configured.
    public init(_ parties: [Party]) {
        self.parties = Dictionary(parties.map { ($0.name, $0) }) { first, _ in first }
    }

    /// The party of that name; nil when it is not configured any more.
    subscript(name: String) -> Party? { parties[name] }
}
