extension MemberMatch {
    /// What asking a question would be, given what the payer was asked before.
    public enum Turn: Sendable, Hashable {
        /// Another one of those that are allowed.
        case next
        /// The same question again, because it got no answer.
        case again
        /// Asked and answered: repeating it would not change the answer (MM-12).
        case answered
        /// The limit is reached: a payer takes more questions for guessing (MM-13).
        case exhausted
    }

    /// Whether a question may be asked, given what was asked before.
    public static func turn(of question: Int64, after before: MemberMatch?, atMost attempts: Int) -> Turn {
        guard let before else { return .next }
        if before.question == question { return before.outcome == .asked ? .again : .answered }
        return before.attempts < attempts ? .next : .exhausted
    }
}
