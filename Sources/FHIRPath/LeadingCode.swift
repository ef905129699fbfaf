/// A code that a resource must have for a condition to hold at all: the first thing that the condition tests.
///
/// In `code.coding.exists(system = %loinc and code = '8302-2') and …` it is `code`, the system and `8302-2`.
public struct LeadingCode: Sendable, Hashable {
    /// The element of the resource that has the codings, such as `category`.
    public let element: String
    /// The code's system.
    public let system: String
    /// The code.
    public let code: String
}

extension PathExpression {
    /// The code without which the expression is false; nil when its first condition tests something else.
    public var leadingCode: LeadingCode? { node.leadingCode }
}

extension PathNode {
    fileprivate var leadingCode: LeadingCode? {
        switch self {
        case .operation(.and, let first, _, _): return first.leadingCode
        case .call(.path(.this, let steps), .exists, let criteria, _):
            guard steps.map(\.name).dropFirst() == ["coding"], criteria.count == 1,
                case .operation(.and, let one, let two, _)? = criteria.first,
                let system = one.text(of: "system"), let code = two.text(of: "code")
            else { return nil }
            return LeadingCode(element: steps[0].name, system: system, code: code)
        default: return nil
        }
    }

    /// The text that an element is compared with: `x` in `code = 'x'`.
    private func text(of element: String) -> String? {
        guard case .operation(.equal, .path(.this, let steps), .constant(let values), _) = self,
            steps.map(\.name) == [element], values.count == 1, case .string(let text)? = values.first
        else { return nil }
        return text
    }
}
