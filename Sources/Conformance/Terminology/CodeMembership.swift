/// Whether a code is in a value set, as far as the packages can tell.
enum CodeMembership: Sendable {
    case member, notMember
    /// The value set, or the code system it draws on, is in no package.
    case unknown

    /// The answer of two includes together: one that has the code is enough.
    func or(_ other: @autoclosure () -> CodeMembership) -> CodeMembership {
        if self == .member { return .member }
        let second = other()
        if second == .member { return .member }
        return self == .unknown || second == .unknown ? .unknown : .notMember
    }

    /// The answer of two conditions of one include: both must be met.
    func and(_ other: @autoclosure () -> CodeMembership) -> CodeMembership {
        if self == .notMember { return .notMember }
        let second = other()
        if second == .notMember { return .notMember }
        return self == .unknown || second == .unknown ? .unknown : .member
    }
}
