import FHIR

/// A value set as a test for codes: nothing is expanded, each code is looked up.
final class ValueSetRule: Sendable {
    /// One include or exclude, all of whose conditions must be met.
    struct Clause: Sendable {
        let system: String?
        let codes: Set<String>?
        let filters: [CodeFilter]
        let content: CodeSystemContent?
        let valueSets: [ValueSetRule?]
    }

    private let include: [Clause]
    private let exclude: [Clause]

    init(include: [Clause], exclude: [Clause]) {
        self.include = include
        self.exclude = exclude
    }

    /// Whether everything that it draws on is known.
    var isDecidable: Bool { (include + exclude).allSatisfy(\.isDecidable) }

    /// Whether the code is in it; without a system when the element is a plain `code`.
    func membership(system: String?, code: String) -> CodeMembership {
        let included = include.reduce(CodeMembership.notMember) { $0.or($1.membership(system, code)) }
        guard included != .notMember else { return .notMember }
        let excluded = exclude.reduce(CodeMembership.notMember) { $0.or($1.membership(system, code)) }
        switch excluded {
        case .member: return .notMember
        case .unknown: return .unknown
        case .notMember: return included
        }
    }
}

extension ValueSetRule.Clause {
    var isDecidable: Bool {
        let isListed = codes != nil || system == nil || content != nil && filters.allSatisfy(\.isUnderstood)
        return isListed && valueSets.allSatisfy { $0?.isDecidable ?? false }
    }

    func membership(_ asked: String?, _ code: String) -> CodeMembership {
        if let system, let asked, system != asked { return .notMember }
        var answer = CodeMembership.member
        if let codes {
            answer = codes.contains(code) ? .member : .notMember
        } else if system != nil {
            answer = inSystem(code)
        }
        for valueSet in valueSets {
            answer = answer.and(valueSet?.membership(system: asked, code: code) ?? .unknown)
        }
        return answer
    }

    private func inSystem(_ code: String) -> CodeMembership {
        guard let content else { return .unknown }
        guard content.has(code) else {
            // Where case does not matter, another spelling may be meant.
            return content.isCaseSensitive ? .notMember : .unknown
        }
        return filters.reduce(.member) { $0.and($1.membership(code, in: content)) }
    }
}
