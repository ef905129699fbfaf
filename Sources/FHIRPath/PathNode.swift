/// An expression as a tree.
indirect enum PathNode: Sendable, Hashable {
    /// `$this`, which is also where a path without a beginning starts.
    case this
    /// `$index`
    case index
    /// `$total`
    case total
    /// A regular expression literal, parsed once.
    case pattern(TextPattern)
    /// A sort key, from the greatest to the least.
    case descending(PathNode)
    /// Values that do not depend on the resource.
    case constant([PathValue])
    /// `%name`
    case variable(String)
    /// A capitalised first name: the input itself when it has that type.
    case typed(String)
    /// Elements reached one after another.
    case path(PathNode, [PathStep])
    /// `focus[index]`
    case item(PathNode, PathNode, column: Int)
    /// `focus.function(arguments)`
    case call(PathNode, PathFunction, [PathNode], column: Int)
    /// `left operator right`
    case operation(PathOperator, PathNode, PathNode, column: Int)
    /// `-value`
    case negated(PathNode, column: Int)
    /// `value is Type` and `is(Type)`
    case typeTest(PathNode, TypeName, column: Int)
    /// `value as Type` and `as(Type)`
    case typeCast(PathNode, TypeName, column: Int)
    /// `ofType(Type)`
    case typeFilter(PathNode, TypeName)
}

/// One element name of a path.
struct PathStep: Sendable, Hashable {
    /// The element's name without a type, such as `effective`.
    let name: String
    /// The key of the primitive's id and extensions.
    let companionKey: String
    /// Whether R4 has a choice element with this name.
    let isChoice: Bool
    /// The name's length in bytes.
    let nameLength: Int
    /// The element's type by the type of its parent; nil when the expression asks for no type.
    let types: [R4Type: R4Type]?

    init(_ name: String, isTyped: Bool) {
        self.name = name
        companionKey = "_" + name
        nameLength = name.utf8.count
        isChoice = FHIRTypes.choices.contains(name)
        types = isTyped ? R4Types.types(ofElement: name) : nil
    }
}

/// A type as an expression names it: `Quantity`, `FHIR.Patient`, `System.String`.
struct TypeName: Sendable, Hashable {
    let namespace: String?
    let name: String
}
