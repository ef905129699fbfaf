/// One way of recognising a clinic's patient among a payer's members; the strongest comes first.
public enum MatchRule: String, Sendable, Hashable, CaseIterable {
    /// A member identifier that patient and Coverage share (type `MB`).
    case memberID = "member-id"
    /// The patient carries the Coverage's subscriber id.
    case subscriberID = "subscriber-id"
    /// Family name, first given name, birth date and gender are exactly equal.
    case demographics

    /// This rule and those that are stronger.
    var andStronger: ArraySlice<MatchRule> {
        Self.allCases.prefix { $0 != self } + [self]
    }
}
