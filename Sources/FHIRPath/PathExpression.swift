public import FHIR

/// A FHIRPath expression, parsed once and evaluated on many resources.
///
/// Evaluation is pure and always ends: every node and element visited is charged to
/// ``PathEnvironment/stepLimit``.
public struct PathExpression: Sendable, Hashable {
    /// The expression as it was written.
    public let text: String
    let node: PathNode
    /// Whether it asks for types; if not, none are looked up.
    private let isTyped: Bool
    /// Whether it follows references with `resolve()`: only then is ``PathEnvironment/resolve`` called.
    public let resolves: Bool
    /// The value sets that it passes to `memberOf()`, in the order in which they are written; nil for one that is not a
    /// literal.
    public let valueSets: [String?]
    /// The variables that it uses, without `%`.
    public let variables: Set<String>

    /// Reads an expression; `variables` are the names after `%` that the caller will provide.
    ///
    /// `%resource`, `%context`, `%rootResource`, `%sct`, `%loinc`, `%ucum`, `%vs-…` and `%ext-…` are always known.
    public init(_ text: String, variables: [String] = []) throws(PathError) {
        var parser = try Parser(text, variables: variables)
        self.text = text
        node = try parser.parse()
        isTyped = parser.isTyped
        resolves = parser.resolves
        valueSets = parser.valueSets
        self.variables = parser.asked
    }

    /// The collection that the expression evaluates to on `resource`.
    ///
    /// `$this` is `focus`, an element of the resource, or the resource itself when there is none.
    public func evaluate(
        _ resource: Resource, at focus: JSONValue? = nil, environment: PathEnvironment = PathEnvironment()
    ) throws(PathError) -> [PathValue] {
        var evaluator = Evaluator(
            resource: resource, focus: focus, environment: environment, isTyped: isTyped)
        return try evaluator.evaluate(node, evaluator.start)
    }

    /// Whether the expression evaluates to true; an empty collection counts as false.
    public func isTrue(
        _ resource: Resource, at focus: JSONValue? = nil, environment: PathEnvironment = PathEnvironment()
    ) throws(PathError) -> Bool {
        var evaluator = Evaluator(
            resource: resource, focus: focus, environment: environment, isTyped: isTyped)
        return try evaluator.truth(node, evaluator.start) ?? false
    }

    /// The collection as JSON values; elements come back exactly as they are in the resource.
    public func json(
        _ resource: Resource, at focus: JSONValue? = nil, environment: PathEnvironment = PathEnvironment()
    ) throws(PathError) -> [JSONValue] {
        try evaluate(resource, at: focus, environment: environment).compactMap(\.json)
    }
}
