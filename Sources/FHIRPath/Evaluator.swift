import FHIR

/// Walks an expression's tree over one resource.
struct Evaluator {
    /// What `$this` and `$index` mean at a node.
    struct Scope {
        /// Nil inside `iif()` on an empty input.
        let this: PathValue?
        var index = 0
    }

    let root: PathElement
    let environment: PathEnvironment
    /// The value of `%context`.
    private let focus: PathElement?
    /// Whether elements carry their types.
    let isTyped: Bool
    /// The value of `$total` inside `aggregate()`.
    var total: [PathValue]?
    private(set) var stepsLeft: Int

    init(resource: Resource, focus: JSONValue?, environment: PathEnvironment, isTyped: Bool) {
        root = Self.element(.object(resource.json), isTyped)
        self.focus = focus.map { Self.element($0, isTyped) }
        self.environment = environment
        self.isTyped = isTyped
        stepsLeft = environment.stepLimit
    }

    /// Where an expression starts: at an element, or at the resource.
    var start: Scope { Scope(this: .element(focus ?? root)) }

    /// An element that may be a resource, with its type when types are asked for.
    func element(_ json: JSONValue) -> PathElement {
        Self.element(json, isTyped)
    }

    private static func element(_ json: JSONValue, _ isTyped: Bool) -> PathElement {
        guard isTyped, let name = json["resourceType"]?.string else { return PathElement(json) }
        return PathElement(json, known: R4Types.named(name) ?? .unknown)
    }

    /// The collection that a node evaluates to.
    mutating func evaluate(_ node: PathNode, _ scope: Scope) throws(PathError) -> [PathValue] {
        try spend()
        switch node {
        case .this: return scope.this.map { [$0] } ?? []
        case .index: return [.integer(scope.index)]
        case .total: return try held(total ?? [])
        case .pattern(let pattern): return [.string(pattern.text)]
        case .descending(let inner): return try evaluate(inner, scope)
        case .constant(let values): return values
        case .variable(let name): return try held(variable(name))
        case .typed(let name): return scope.this.map { Self.isResource($0, name) ? [$0] : [] } ?? []
        case .path: return try elements(node, scope)
        case .item(let focus, let index, let column): return try item(focus, index, column, scope)
        case .call(let focus, let function, let arguments, let column):
            if function.isLogical { return try truth(node, scope).map { [.boolean($0)] } ?? [] }
            return try call(function, focus, arguments, column, scope)
        case .operation(let which, let left, let right, let column):
            if which.isLogical { return try truth(node, scope).map { [.boolean($0)] } ?? [] }
            return try combine(which, left, right, column, scope)
        case .negated(let inner, let column): return try negated(inner, column, scope)
        case .typeTest(let inner, let type, let column):
            let value = try single(inner, column, scope)
            return value.map { [.boolean($0.has(type))] } ?? []
        case .typeCast(let inner, let type, let column):
            guard let value = try single(inner, column, scope) else { return [] }
            return value.has(type) ? [value] : []
        case .typeFilter(let inner, let type):
            return try evaluate(inner, scope).filter { $0.has(type) }
        }
    }

    /// The truth value that a node evaluates to; nil when it yields nothing.
    ///
    /// A single item that is not a truth value counts as true (FHIRPath, singleton evaluation).
    mutating func truth(_ node: PathNode, _ scope: Scope) throws(PathError) -> Bool? {
        switch node {
        case .operation(let which, let left, let right, let column) where which.isLogical:
            try spend()
            return try decide(which, left, right, column, scope)
        case .call(let focus, let function, let arguments, let column) where function.isLogical:
            try spend()
            return try test(function, focus, arguments, column, scope)
        default:
            let values = try evaluate(node, scope)
            guard values.count < 2 else { throw PathError("one truth value is expected, not several", column: 1) }
            guard let value = values.first else { return nil }
            if case .boolean(let truth)? = value.scalar { return truth }
            return true
        }
    }

    /// The only item that a node evaluates to, or nil when it yields none.
    mutating func single(_ node: PathNode, _ column: Int, _ scope: Scope) throws(PathError) -> PathValue? {
        let values = try evaluate(node, scope)
        guard values.count < 2 else {
            throw PathError("one item is expected here, not several", column: column)
        }
        return values.first
    }

    /// Charges for one node or element, so that every evaluation ends soon.
    mutating func spend(_ steps: Int = 1) throws(PathError) {
        stepsLeft -= steps
        guard stepsLeft >= 0 else {
            throw PathError("the expression visits more than \(environment.stepLimit) elements", column: 1)
        }
    }

    /// Charges for a collection that is taken over as a whole, so that none grows beyond what was paid for.
    mutating func held(_ values: [PathValue]) throws(PathError) -> [PathValue] {
        try spend(values.count / 8)
        return values
    }

    /// Each value once; finding equal ones compares pairs, and pairs are charged for.
    mutating func distinct(_ values: [PathValue]) throws(PathError) -> [PathValue] {
        try spend(values.count * values.count / 8)
        var kept: [PathValue] = []
        for value in values where try !has(value, in: kept) { kept.append(value) }
        return kept
    }

    /// Charges for a text that was made, and refuses one that is too long.
    mutating func made(_ text: String, _ column: Int) throws(PathError) -> PathValue {
        let length = text.utf8.count
        guard length <= environment.textLimit else {
            throw PathError("the expression makes a text of more than \(environment.textLimit) bytes", column: column)
        }
        try spend(length / 64)
        return .string(text)
    }

    private func variable(_ name: String) -> [PathValue] {
        switch name {
        case "resource": [.element(root)]
        case "context": [.element(focus ?? root)]
        case "rootResource": [.element(environment.rootResource.map { element(.object($0.json)) } ?? root)]
        default: environment.variables[name].map { $0.elements.map { .element(element($0)) } } ?? []
        }
    }

    private mutating func item(
        _ focus: PathNode, _ index: PathNode, _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        guard let position = try single(index, column, scope) else { return [] }
        guard let number = position.integer else { throw PathError("an index is a whole number", column: column) }
        let values = try evaluate(focus, scope)
        return values.indices.contains(number) ? [values[number]] : []
    }

    private static func isResource(_ value: PathValue, _ name: String) -> Bool {
        guard case .element(let element) = value, let type = element.json["resourceType"]?.string else { return false }
        return type == name || name == "Resource" || name == "DomainResource"
    }
}
