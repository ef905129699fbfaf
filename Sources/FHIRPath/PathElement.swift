public import FHIR

/// An element of a resource as an expression meets it.
public struct PathElement: Sendable, Hashable {
    /// The element's JSON; `null` when the element has extensions but no value.
    public let json: JSONValue
    /// What stands beside a primitive under `_name`: its id and extensions.
    public let companion: JSONValue?
    /// The name of the FHIR type where it is known: by R4's definition, the name of a choice element or `resourceType`.
    public var type: String? {
        if known != .unknown { return known.publicName }
        return json["resourceType"]?.string
    }

    /// The type, unknown where neither R4's definition was asked nor the JSON says it.
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

    /// Elements are the same when their content is, whether or not their type is known.
    public static func == (left: PathElement, right: PathElement) -> Bool {
        left.json == right.json && left.companion == right.companion
    }

    /// Hashes the content.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(json)
        hasher.combine(companion)
    }
}
