/// The exact JSON of one FHIR R4 resource, with views of the few elements that everybody needs.
public struct Resource: Sendable, Hashable {
    /// The resource, all its elements, known or not.
    public var json: JSONObject

    /// Takes an object with an acceptable `resourceType`, and an acceptable `id` when it has one.
    public init(_ json: JSONValue) throws(ResourceError) {
        guard let object = json.object else { throw .notAnObject }
        guard let type = object["resourceType"] else { throw .missingType }
        guard let name = type.string, FHIRSyntax.isTypeName(name.utf8) else { throw .invalidType }
        if let id = object["id"] {
            guard let text = id.string, FHIRSyntax.isID(text.utf8) else { throw .invalidID }
        }
        self.json = object
    }

    /// Parses one resource.
    public init(parsing bytes: [UInt8]) throws(ResourceError) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONParser.parse(bytes) } catch { throw .json(error) }
        try self.init(value)
    }

    /// Whether the text can be the id, or the version id, of a resource: 1 to 64 letters, digits, dashes and dots.
    public static func isID(_ text: String) -> Bool { FHIRSyntax.isID(text.utf8) }

    /// The `resourceType`, for example `Patient`.
    public var type: String { json["resourceType"]?.string ?? "" }

    /// The logical id.
    public var id: String? { json["id"]?.string }

    /// `meta.versionId`.
    public var versionID: String? { json["meta"]?["versionId"]?.string }

    /// `meta.lastUpdated`; nil when absent or unreadable.
    public var lastUpdated: Instant? { json["meta"]?["lastUpdated"]?.string.flatMap { Instant($0) } }

    /// An element by its name.
    public subscript(key: String) -> JSONValue? { json[key] }

    /// The shortest JSON of the resource.
    public func serialized() -> [UInt8] { JSONValue.object(json).serialized() }
}
