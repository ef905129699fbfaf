/// What one rule found while a patient was being recognised. It holds only keys, which name nobody, so it may be shown.
public struct MatchStep: Sendable, Hashable {
    /// What was concluded from the rule.
    public enum Verdict: Sendable, Hashable {
        /// It leads to nobody: the next rule is asked.
        case nobody
        /// It leads to several members: nothing is decided.
        case several
        /// It leads to one member, but the two sides' records cannot be about one person.
        case anotherPerson
        /// It leads to one member, but one side has no name or no birth date.
        case unproven
        /// The member leads back to other patients, or not to this one.
        case claimed(by: Set<ResourceKey>)
        /// Another rule leads elsewhere.
        case elsewhere(MatchRule)
        /// It leads to one member, and nothing contradicts it.
        case recognised
    }

    /// The rule.
    public let rule: MatchRule
    /// The members it leads to.
    public let members: Set<ResourceKey>
    /// What was concluded.
    public let verdict: Verdict
}
