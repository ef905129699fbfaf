public import FHIR

/// An element of a resource as an expression meets it.
public struct PathElement: Sendable, Hashable {
    /// The element's JSON; `null` when the element has extensions but no value.
    public let json: JSONValue
    /// What stands beside a primitive under `_name`: its id and extensions.
    public let companion: JSONValue?
    /// The FHIR type where the JSON says it: from the name of a choice element or a `resourceType`.
    public var type: String? { declaredType ?? json["resourceType"]?.string }

    private let declaredType: String?

    init(_ json: JSONValue, companion: JSONValue? = nil, type: String? = nil) {
        self.json = json
        self.companion = companion
        declaredType = type
    }

    /// The extensions of a structure or of a primitive.
    var extensions: [JSONValue] {
        (json["extension"] ?? companion?["extension"])?.elements ?? []
    }
}
