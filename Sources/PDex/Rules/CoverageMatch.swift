/// Which of a payer's members a patient is: decided from what each rule found, in the order of the rules.
public enum CoverageMatch: Sendable, Hashable {
    /// Exactly one member, recognised by a rule.
    case member(ResourceKey, by: MatchRule)
    /// Nobody: no coverage with this payer.
    case none
    /// More than one member: an operator must look; nothing is guessed.
    case ambiguous(MatchRule, candidates: Int)

    /// Decides from the candidates of each rule, first rule first.
    ///
    /// A rule that finds nobody leaves the decision to the next. A rule that finds several ends it:
    /// a weaker rule must not break the tie.
    public static func deciding(_ found: [(rule: MatchRule, members: [ResourceKey])]) -> CoverageMatch {
        for (rule, members) in found {
            let distinct = Set(members)
            if distinct.count > 1 { return .ambiguous(rule, candidates: distinct.count) }
            if let member = distinct.first { return .member(member, by: rule) }
        }
        return .none
    }
}
