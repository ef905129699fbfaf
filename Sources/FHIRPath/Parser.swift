/// Reads the tokens of an expression into a tree, by the precedence of its operators.
struct Parser {
    /// Deeper nesting is refused.
    static let maximumDepth = 64
    /// Expressions with more operators, calls and indexers are refused: evaluation recurses along them.
    static let maximumSize = 256

    private let tokens: [Token]
    private let variables: [String]
    /// The variables used so far.
    private(set) var asked: Set<String> = []
    private var position = 0
    private var depth = 0
    private var size = 0
    /// Whether anything read so far asks for a type; elements then carry theirs.
    private(set) var isTyped = false
    /// Whether anything read so far follows references.
    private(set) var resolves = false
    /// The arguments of `memberOf`; nil for one that is not a literal.
    private(set) var valueSets: [String?] = []

    init(_ text: String, variables: [String]) throws(PathError) {
        var lexer = try Lexer(text)
        tokens = try lexer.tokens()
        isTyped = Self.asksForTypes(tokens)
        self.variables = ["resource", "context", "rootResource"] + Self.systems.keys.sorted() + variables
    }

    /// The whole expression.
    mutating func parse() throws(PathError) -> PathNode {
        let node = try expression(above: 0)
        guard current.kind == .end else { throw unexpected() }
        return node
    }

    /// Whether a function or an operator depends on types; an element called `type` does not.
    private static func asksForTypes(_ tokens: [Token]) -> Bool {
        zip(tokens, tokens.dropFirst()).contains { token, next in
            guard case .name(let name, quoted: false) = token.kind,
                let function = PathFunction(rawValue: name), function.asksForTypes
            else { return false }
            return next.kind == .sign("(") || function == .is || function == .as
        }
    }

    // MARK: Operators

    private mutating func expression(above limit: Int) throws(PathError) -> PathNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw PathError("the expression is nested deeper than \(Self.maximumDepth)", column: current.column)
        }
        var left = try operand()
        while true {
            let column = current.column
            if limit < PathOperator.typePrecedence, takeWord("is") {
                try grow()
                left = .typeTest(left, try typeName(), column: column)
            } else if limit < PathOperator.typePrecedence, takeWord("as") {
                try grow()
                left = .typeCast(left, try typeName(), column: column)
            } else if let next = currentOperator, next.precedence > limit {
                position += 1
                try grow()
                left = Self.folded(next, left, try expression(above: next.precedence), column)
            } else {
                return left
            }
        }
    }

    private var currentOperator: PathOperator? {
        switch current.kind {
        case .name(let word, quoted: false): PathOperator(rawValue: word)
        case .sign(let sign): PathOperator(rawValue: sign)
        default: nil
        }
    }

    /// Joins constants once, so that `('a' | 'b')` costs nothing during evaluation.
    private static func folded(_ next: PathOperator, _ left: PathNode, _ right: PathNode, _ column: Int) -> PathNode {
        if next == .union, case .constant(let one) = left, case .constant(let two) = right {
            return .constant((one + two).distinct())
        }
        return .operation(next, left, right, column: column)
    }

    private mutating func operand() throws(PathError) -> PathNode {
        let column = current.column
        if takeSign("-") {
            try grow()
            return .negated(try operand(), column: column)
        }
        if takeSign("+") {
            try grow()
            return try operand()
        }
        return try invocations(on: try term())
    }

    // MARK: Terms

    private mutating func term() throws(PathError) -> PathNode {
        let token = current
        position += 1
        switch token.kind {
        case .string(let text): return .constant([.string(text)])
        case .number(let text): return .constant([try number(text, token.column)])
        case .moment(let moment): return .constant([.moment(moment)])
        case .variable(let name): return try variable(name, token.column)
        case .special("this"): return .this
        case .special("index"): return .index
        case .special("total"): return .total
        case .name("true", quoted: false): return .constant([.boolean(true)])
        case .name("false", quoted: false): return .constant([.boolean(false)])
        case .name(let name, _):
            if current.kind == .sign("(") { return try call(name, on: .this, token.column) }
            return name.first.map { $0.isUppercase } ?? false
                ? .typed(name) : .path(.this, [PathStep(name, isTyped: isTyped)])
        case .sign("("):
            let inner = try expression(above: 0)
            try expectSign(")")
            return inner
        case .sign("{"):
            try expectSign("}")
            return .constant([])
        default:
            position -= 1
            throw unexpected()
        }
    }

    private mutating func number(_ text: String, _ column: Int) throws(PathError) -> PathValue {
        guard let decimal = PathDecimal(text), text.utf8.count <= 38 else {
            throw PathError("this number has too many digits", column: column)
        }
        switch current.kind {
        case .string(let unit):
            position += 1
            return .quantity(PathQuantity(value: decimal, unit: unit))
        case .name(let word, quoted: false) where PathQuantity.isCalendarWord(word):
            position += 1
            return .quantity(PathQuantity(value: decimal, unit: word))
        default:
            if let int = Int(text) { return .integer(int) }
            guard text.contains(".") else { throw PathError("this whole number is too large", column: column) }
            return .decimal(decimal)
        }
    }

    private mutating func variable(_ name: String, _ column: Int) throws(PathError) -> PathNode {
        for (prefix, url) in Self.canonicals where name.hasPrefix(prefix) && name.count > prefix.count {
            return .constant([.string(url + name.dropFirst(prefix.count))])
        }
        guard variables.contains(name) else {
            throw PathError(
                "unknown variable '%\(name)'", column: column, unknownWord: name, knownWords: variables)
        }
        if let system = Self.systems[name] { return .constant([.string(system)]) }
        asked.insert(name)
        return .variable(name)
    }

    /// The beginnings of variable names that FHIR defines (R4, §2.9.2.1).
    private static let canonicals = [
        ("vs-", "http://hl7.org/fhir/ValueSet/"), ("ext-", "http://hl7.org/fhir/StructureDefinition/"),
    ]
    /// The code systems for which FHIR defines a variable.
    private static let systems = [
        "sct": "http://snomed.info/sct", "loinc": "http://loinc.org", "ucum": "http://unitsofmeasure.org",
    ]

    // MARK: What follows a term

    private mutating func invocations(on start: PathNode) throws(PathError) -> PathNode {
        var node = start
        while true {
            let column = current.column
            if takeSign(".") {
                try grow()
                node = try member(of: node)
            } else if takeSign("[") {
                try grow()
                let index = try expression(above: 0)
                try expectSign("]")
                node = .item(node, index, column: column)
            } else {
                return node
            }
        }
    }

    private mutating func member(of node: PathNode) throws(PathError) -> PathNode {
        let token = current
        position += 1
        switch token.kind {
        case .name(let name, let quoted):
            if !quoted, current.kind == .sign("(") { return try call(name, on: node, token.column) }
            if case .path(let start, let steps) = node {
                return .path(start, steps + [PathStep(name, isTyped: isTyped)])
            }
            return .path(node, [PathStep(name, isTyped: isTyped)])
        case .special("this"): return node
        default:
            position -= 1
            throw unexpected()
        }
    }

    private mutating func call(_ name: String, on node: PathNode, _ column: Int) throws(PathError) -> PathNode {
        guard let function = PathFunction(rawValue: name) else {
            throw PathError(
                "unknown function '\(name)'", column: column, unknownWord: name,
                knownWords: PathFunction.allCases.map(\.rawValue))
        }
        try expectSign("(")
        if function.takesType {
            let type = try typeName()
            try expectSign(")")
            switch function {
            case .is: return .typeTest(node, type, column: column)
            case .as: return .typeCast(node, type, column: column)
            default: return .typeFilter(node, type)
            }
        }
        var arguments: [PathNode] = []
        if !takeSign(")") {
            repeat { arguments.append(try expression(above: 0)) } while takeSign(",")
            try expectSign(")")
        }
        guard function.arguments.contains(arguments.count) else {
            throw PathError("\(name)() takes \(Self.described(function.arguments))", column: column)
        }
        if function.takesPattern, case .constant(let values) = arguments[0], case .string(let text)? = values.first {
            arguments[0] = .pattern(try TextPattern(text, column: column))
        }
        if function == .sort {
            arguments = arguments.map { if case .negated(let inner, _) = $0 { .descending(inner) } else { $0 } }
        }
        if function == .iif, case .constant(let values) = arguments[0], let value = values.first {
            guard case .boolean = value, values.count == 1 else {
                throw PathError("iif() asks whether something is true", column: column)
            }
        }
        if function == .resolve { resolves = true }
        if function == .memberOf {
            if case .constant(let values) = arguments[0], values.count == 1, case .string(let url)? = values.first {
                valueSets.append(url)
            } else {
                valueSets.append(nil)
            }
        }
        return .call(node, function, arguments, column: column)
    }

    private static func described(_ range: ClosedRange<Int>) -> String {
        let numbers =
            range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        return numbers + (range.upperBound == 1 ? " argument" : " arguments")
    }

    // MARK: Types

    private mutating func typeName() throws(PathError) -> TypeName {
        let column = current.column
        var named = TypeName(namespace: nil, name: try name("the name of a type"))
        if takeSign(".") { named = TypeName(namespace: named.name, name: try name("the name of a type")) }
        if let namespace = named.namespace, namespace != "FHIR", namespace != "System" {
            throw PathError(
                "unknown namespace '\(namespace)'", column: column, unknownWord: namespace,
                knownWords: ["FHIR", "System"])
        }
        if !FHIRTypes.names.contains(named.name) {
            throw PathError(
                "unknown type '\(named.name)'", column: column, unknownWord: named.name,
                knownWords: FHIRTypes.names(like: named.name))
        }
        return named
    }

    private mutating func name(_ what: String) throws(PathError) -> String {
        guard case .name(let name, _) = current.kind else {
            throw PathError("\(what) is expected here", column: current.column)
        }
        position += 1
        return name
    }

    // MARK: Tokens

    private var current: Token { tokens[min(position, tokens.count - 1)] }

    private mutating func takeSign(_ sign: String) -> Bool {
        guard current.kind == .sign(sign) else { return false }
        position += 1
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
        guard current.kind == .name(word, quoted: false) else { return false }
        position += 1
        return true
    }

    private mutating func expectSign(_ sign: String) throws(PathError) {
        guard takeSign(sign) else { throw PathError("'\(sign)' is expected here", column: current.column) }
    }

    private mutating func grow() throws(PathError) {
        size += 1
        guard size <= Self.maximumSize else {
            throw PathError("the expression is too large: split it", column: current.column)
        }
    }

    private func unexpected() -> PathError {
        if current.kind == .end { return PathError("the expression is not finished", column: current.column) }
        return PathError("this has no meaning here", column: current.column)
    }
}
