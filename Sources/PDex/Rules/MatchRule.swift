/// One way of recognising a clinic's patient among a payer's members; the strongest comes first.
public enum MatchRule: String, Sendable, Hashable, CaseIterable {
    /// A member identifier that patient and Coverage share (type `MB`).
    case memberID = "member-id"
    /// The payer's own answer to the question who it is, `$member-match` (HRex).
    case memberMatch = "member-match"
    /// A record number of the clinic that is declared to correspond to a number of the payer.
    case recordNumber = "record-number"
    /// The patient carries the Coverage's subscriber id.
    case subscriberID = "subscriber-id"
    /// Family name, first given name, birth date, gender, postal code, city and state are exactly equal.
    case demographicsAddress = "demographics-address"
    /// Family name, first given name, birth date and gender are exactly equal.
    case demographics

    /// This rule and those that are stronger.
    var andStronger: ArraySlice<MatchRule> {
        Self.allCases.prefix { $0 != self } + [self]
    }
}
