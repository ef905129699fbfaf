/// What one rule found while a patient was being recognised: keys only, which name nobody, so that it may be shown.
public struct MatchStep: Sendable, Hashable {
    /// What the rule's findings came to.
    public enum Verdict: Sendable, Hashable {
        /// It leads to nobody: the next rule is asked.
        case nobody
        /// It leads to several members: nothing is decided.
        case several
        /// It leads to one member, of whom both sides know something that cannot be one person's.
        case anotherPerson
        /// It leads to one member, of whom one side has no name or no birth date.
        case unproven
        /// The member leads back to other patients, too.
        case claimed(by: Set<ResourceKey>)
        /// Another rule leads elsewhere.
        case elsewhere(MatchRule)
        /// It leads to one member, and nothing speaks against it.
        case recognised
    }

    /// The rule.
    public let rule: MatchRule
    /// The members it leads to.
    public let members: Set<ResourceKey>
    /// What that came to.
    public let verdict: Verdict
}
