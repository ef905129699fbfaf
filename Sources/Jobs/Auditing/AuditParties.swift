public import PDex

/// The parties behind the configured names, for people who read the audit trail elsewhere.
public struct AuditParties: Sendable {
    private let parties: [String: Party]

    /// Clinics and payers as they are configured.
    public init(_ parties: [Party]) {
        self.parties = Dictionary(parties.map { ($0.name, $0) }) { first, _ in first }
    }

    /// The party of that name; nil when it is no longer configured.
    subscript(name: String) -> Party? { parties[name] }
}
