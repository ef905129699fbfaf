/// Why bytes cannot be staged as a resource; it never carries any of the content.
public enum ScanError: Error, Equatable, Sendable {
    /// The bytes are not acceptable JSON.
    case json(JSONError)
    /// The JSON is not an object with a `resourceType` of 1 to 64 letters.
    case notAResource
    /// The resource has no id.
    case missingID
    /// The id is not 1 to 64 letters, digits, dashes and dots (FHIR R4 §2.24.0.1).
    case invalidID
}

extension ScanError: CustomStringConvertible {
    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .json(let error): "not acceptable JSON: \(error)"
        case .notAResource: "not a resource: a JSON object with a resourceType is needed"
        case .missingID: "the resource has no id"
        case .invalidID: "the id is not 1 to 64 letters, digits, dashes and dots"
        }
    }
}
