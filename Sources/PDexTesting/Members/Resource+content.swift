public import FHIR

extension Resource {
    /// The content without `meta`, which says when and by which store it was written.
    public var content: JSONValue {
        var json = json
        json["meta"] = nil
        return .object(json)
    }
}

extension Sequence<Resource> {
    /// The content of a server by `Type/id`, for comparing two of them: Provenance is about runs, and is left out.
    public var contents: [String: JSONValue] {
        var contents: [String: JSONValue] = [:]
        for resource in self where resource.type != "Provenance" {
            contents["\(resource.type)/\(resource.id ?? "")"] = resource.content
        }
        return contents
    }
}
