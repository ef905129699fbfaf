public import FHIR

extension Resource {
    /// What it says, without `meta`: when it came, and by which store, is left out.
    public var content: JSONValue {
        var json = json
        json["meta"] = nil
        return .object(json)
    }
}

extension Sequence<Resource> {
    /// What a server holds, by `Type/id`, so that two can be compared: Provenance tells of runs and is left out.
    public var contents: [String: JSONValue] {
        var contents: [String: JSONValue] = [:]
        for resource in self where resource.type != "Provenance" {
            contents["\(resource.type)/\(resource.id ?? "")"] = resource.content
        }
        return contents
    }
}
