public import FHIR

/// The resources of a bundle by the references that lead to them.
public struct BundleIndex: Sendable {
    private let byURL: [String: JSONValue]

    /// Reads a Bundle's entries: by `fullUrl`, and by `Type/id`.
    public init(_ bundle: JSONValue) {
        var byURL: [String: JSONValue] = [:]
        for entry in bundle["entry"]?.elements ?? [] {
            guard let resource = entry["resource"] else { continue }
            if let url = entry["fullUrl"]?.string { byURL[url] = resource }
            if let type = resource["resourceType"]?.string, let id = resource["id"]?.string {
                byURL["\(type)/\(id)"] = byURL["\(type)/\(id)"] ?? resource
            }
        }
        self.byURL = byURL
    }

    /// Resources by the texts that refer to them.
    public init(byReference resources: [String: JSONValue]) {
        byURL = resources
    }

    /// The resource that a reference text means.
    public func resource(_ reference: String) -> JSONValue? { byURL[reference] }
}
