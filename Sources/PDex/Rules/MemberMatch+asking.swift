extension MemberMatch {
    /// What a question would be to a payer that was asked before.
    public enum Turn: Sendable, Hashable {
        /// One more of those that are allowed.
        case next
        /// The one that got no answer.
        case again
        /// Asked and answered: none is answered otherwise when it is repeated (MM-12).
        case answered
        /// As many were asked as may be: a payer takes more for guessing (MM-13).
        case exhausted
    }

    /// Whether a question may be asked after what came before.
    public static func turn(of question: Int64, after before: MemberMatch?, atMost attempts: Int) -> Turn {
        guard let before else { return .next }
        if before.question == question { return before.outcome == .asked ? .again : .answered }
        return before.attempts < attempts ? .next : .exhausted
    }
}
