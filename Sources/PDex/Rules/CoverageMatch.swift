/// Which of a payer's members a patient is, decided from what each rule finds, looking from both sides.
///
/// One patient, one member, and no rule that says otherwise: another person's visits must not go out under a member's
/// consent (reliability T10, spec CO-02 "member matched"). Whatever is uncertain is left to an operator, not guessed.
public enum CoverageMatch: Sendable, Hashable {
    /// Exactly one member, recognised by a rule, and nobody else at the clinic has as good a claim.
    case member(ResourceKey, by: MatchRule)
    /// Nobody: no coverage with this payer.
    case none
    /// More than one member.
    case ambiguous(MatchRule, candidates: Int)
    /// One member, to whom another patient of the clinic has as good a claim, or a better one.
    case claimed(MatchRule, patients: Int)
    /// One member, but data of both sides, or another rule, says that this patient is somebody else.
    case contradicted(MatchRule)
    /// One member, but name or birth date is missing on one side: nothing says that it is this patient.
    case unproven(MatchRule)

    /// Decides for `patient`, first rule first, from the `members` that each rule leads it to, and the `claimants`, the
    /// clinic's patients that each rule leads a member to. `note` is called for each rule tried.
    ///
    /// - A rule that finds nobody leaves the decision to the next. A rule that finds several ends it: a weaker rule
    ///   must not break the tie.
    /// - `isProven` says whether both sides know enough to be compared at all; silence is not agreement.
    /// - By that rule and every stronger one, the member must lead back to this patient and to nobody else. If it does
    ///   not lead back, this patient is not in the index, and uniqueness is not proven.
    /// - A rule that leads the patient only to other members, or the member only to other patients, contradicts; so
    ///   does a difference that `agrees` finds, whatever the rule. `meets` says whether a rule leads both to each
    ///   other, which needs no lookup when they share the value that the rule uses.
    public static func deciding(
        for patient: ResourceKey, by rules: [MatchRule], agrees: (ResourceKey, MatchRule) throws -> Bool,
        isProven: (ResourceKey, MatchRule) throws -> Bool = { _, _ in true },
        meets: (ResourceKey, MatchRule) throws -> Bool = { _, _ in false },
        members: (MatchRule) throws -> Set<ResourceKey>,
        claimants: (ResourceKey, MatchRule) throws -> Set<ResourceKey>, note: (MatchStep) -> Void = { _ in }
    ) rethrows -> CoverageMatch {
        for rule in rules {
            let found = try members(rule)
            func tell(_ verdict: MatchStep.Verdict) {
                note(MatchStep(rule: rule, members: found, verdict: verdict))
            }
            guard let member = found.first else {
                tell(.nobody)
                continue
            }
            guard found.count == 1 else {
                tell(.several)
                return .ambiguous(rule, candidates: found.count)
            }
            guard try agrees(member, rule) else {
                tell(.anotherPerson)
                return .contradicted(rule)
            }
            guard try isProven(member, rule) else {
                tell(.unproven)
                return .unproven(rule)
            }
            var rivals: Set<ResourceKey> = []
            for rule in rule.andStronger { rivals.formUnion(try claimants(member, rule)) }
            guard rivals == [patient] else {
                let all = rivals.union([patient])
                tell(.claimed(by: all))
                return .claimed(rule, patients: all.count)
            }
            for other in MatchRule.allCases where other != rule {
                if try meets(member, other) { continue }
                let members = try members(other)
                let patients = try claimants(member, other)
                guard members.isEmpty || members.contains(member), patients.isEmpty || patients.contains(patient) else {
                    tell(.elsewhere(other))
                    return .contradicted(rule)
                }
            }
            tell(.recognised)
            return .member(member, by: rule)
        }
        return .none
    }
}
