public import FHIR

/// An element of a resource as an expression sees it.
public struct PathElement: Sendable, Hashable {
    /// The element's JSON; `null` when the element has extensions but no value.
    public let json: JSONValue
    /// The companion of a primitive under `_name`: its id and extensions.
    public let companion: JSONValue?
    /// The name of the FHIR type if known: from R4's definition, a choice element's name or `resourceType`.
    public var type: String? {
        if known != .unknown { return known.publicName }
        return json["resourceType"]?.string
    }

    /// The type; unknown when R4's definition was not consulted and the JSON does not give it.
    let known: R4Type

    init(_ json: JSONValue, companion: JSONValue? = nil, known: R4Type = .unknown) {
        self.json = json
        self.companion = companion
        self.known = known
    }

    /// The extensions of a structure or of a primitive.
    var extensions: [JSONValue] {
        (json["extension"] ?? companion?["extension"])?.elements ?? []
    }

    /// Elements are equal when their content is, whether or not their type is known.
    public static func == (left: PathElement, right: PathElement) -> Bool {
        left.json == right.json && left.companion == right.companion
    }

    /// Hashes the content.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(json)
        hasher.combine(companion)
    }
}
