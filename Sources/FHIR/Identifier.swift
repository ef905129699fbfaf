/// A business identifier: the value that a system gave, and what kind of identifier it is.
public struct Identifier: Sendable, Hashable {
    /// The namespace of the value, a URI.
    public var system: String?
    /// The value.
    public var value: String?
    /// The codings of the identifier's type, for example `MB` (member number).
    public var typeCodes: [Coding]

    /// An identifier of these parts.
    public init(system: String? = nil, value: String? = nil, typeCodes: [Coding] = []) {
        self.system = system
        self.value = value
        self.typeCodes = typeCodes
    }

    /// Reads an `Identifier`; nil when the value is not an object.
    public init?(_ json: JSONValue) {
        guard case .object(let object) = json else { return nil }
        system = object["system"]?.string
        value = object["value"]?.string
        typeCodes = (object["type"]?["coding"]?.elements ?? []).compactMap { Coding($0) }
    }
}
