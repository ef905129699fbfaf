/// One way of recognising a clinic's patient among a payer's members.
public enum MatchRule: String, Sendable, Hashable, CaseIterable {
    /// A member identifier that patient and Coverage share (type `MB`).
    case memberID = "member-id"
    /// The patient carries the Coverage's subscriber id.
    case subscriberID = "subscriber-id"
    /// Family name, first given name, birth date and gender are exactly equal.
    case demographics
}
