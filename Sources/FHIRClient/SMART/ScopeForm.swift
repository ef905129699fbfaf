/// How a server writes scopes (SMART App Launch 2.2.0, scopes and launch context).
public enum ScopeForm: String, Sendable, Hashable, CaseIterable {
    /// `system/Encounter.read`.
    case v1
    /// `system/Encounter.rs`.
    case v2
}
