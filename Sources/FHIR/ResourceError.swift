/// Why JSON is not a FHIR resource; it never carries any of the content.
public enum ResourceError: Error, Sendable, Equatable {
    /// The bytes are not acceptable JSON.
    case json(JSONError)
    /// The JSON is not an object.
    case notAnObject
    /// There is no `resourceType`.
    case missingType
    /// The `resourceType` is not 1 to 64 letters, or not the one that was wanted.
    case invalidType
    /// The `id` is not 1 to 64 letters, digits, dashes and dots (FHIR R4 §2.24.0.1).
    case invalidID
}

extension ResourceError: CustomStringConvertible {
    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .json(let error): "not acceptable JSON: \(error)"
        case .notAnObject: "a resource must be a JSON object"
        case .missingType: "the resource has no resourceType"
        case .invalidType: "the resourceType is not acceptable here"
        case .invalidID: "the id is not 1 to 64 letters, digits, dashes and dots"
        }
    }
}
