/// Whether a code is in a value set, as far as the packages tell.
enum CodeMembership: Sendable {
    case member, notMember
    /// The value set, or the code system it draws on, is in no package.
    case unknown

    /// What two includes say together: one that has the code is enough.
    func or(_ other: @autoclosure () -> CodeMembership) -> CodeMembership {
        if self == .member { return .member }
        let second = other()
        if second == .member { return .member }
        return self == .unknown || second == .unknown ? .unknown : .notMember
    }

    /// What two conditions of one include say together.
    func and(_ other: @autoclosure () -> CodeMembership) -> CodeMembership {
        if self == .notMember { return .notMember }
        let second = other()
        if second == .notMember { return .notMember }
        return self == .unknown || second == .unknown ? .unknown : .member
    }
}
