/// What R4 says about an element's type and the elements in it, for callers that read JSON without a guide's package.
public struct R4Shape: Sendable, Hashable {
    private let type: R4Type

    /// The shape of a type; nil for a resource whose elements are not in the R4 tables here.
    public init?(_ name: String) {
        guard let type = R4Types.named(name), R4Types.isDescribed(type) else { return nil }
        self.type = type
    }

    private init(_ type: R4Type) {
        self.type = type
    }

    /// The name of the type, or of the structure inside a resource: `dateTime`, `Period`, `Encounter.location`.
    public var name: String { type.name }

    /// Whether it is a primitive type.
    public var isPrimitive: Bool { FHIRTypes.primitives.contains(name) }

    /// Whether it is a data type, all of whose elements are known, and not a resource or a part of one.
    public var isDataType: Bool {
        !isPrimitive && !name.contains(".") && !FHIRTypes.resources.contains(name)
    }

    /// The names of its elements, choices without `[x]`, sorted.
    public var elementNames: [String] { R4Types.elementNames(of: type) }

    /// The shape of the element with that name in JSON; nil when the tables have none.
    public func element(_ key: String) -> R4Shape? {
        if let found = R4Types.types(ofElement: key)[type] { return R4Shape(found) }
        for (index, character) in zip(key.indices, key).dropFirst() where character.isUppercase {
            guard FHIRTypes.choices.contains(String(key[..<index])) else { continue }
            if let found = FHIRTypes.choiceType(suffix: key[index...]) { return R4Shape(found) }
        }
        return nil
    }
}
