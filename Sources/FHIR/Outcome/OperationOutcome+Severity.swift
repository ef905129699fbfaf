extension OperationOutcome {
    /// How bad an issue is, from `information` to `fatal`.
    public enum Severity: String, Sendable, CaseIterable, Comparable {
        /// Nothing was wrong.
        case information
        /// It worked, and could have been better.
        case warning
        /// It did not work.
        case error
        /// It did not work, and nothing further was tried.
        case fatal

        /// Whether `left` is less bad.
        public static func < (left: Severity, right: Severity) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int {
            switch self {
            case .information: 0
            case .warning: 1
            case .error: 2
            case .fatal: 3
            }
        }
    }
}
