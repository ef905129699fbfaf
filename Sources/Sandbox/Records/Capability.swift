import FHIR

/// Writes a server's CapabilityStatement.
struct Capability {
    let name: String
    let base: String
    let types: [String]
    /// Interactions of every type.
    let interactions: [String]
    /// Interactions of the whole server.
    let systemInteractions: [String]
    /// Operations by type, each with its name and canonical definition; those of the server are under "".
    let operations: [String: [(name: String, definition: String)]]
    /// Whether PUT can create, and writes can be conditional.
    let isWritable: Bool
    let date: String

    /// The resource.
    var json: JSONValue {
        [
            "resourceType": "CapabilityStatement", "status": "active", "date": .string(date), "kind": "instance",
            "software": ["name": .string(name)],
            "implementation": ["description": .string(name), "url": .string(base)], "fhirVersion": "4.0.1",
            "format": ["application/fhir+json", "json"],
            "rest": [.object(rest)],
        ]
    }

    private var rest: JSONObject {
        let smart: JSONValue = [
            "system": "http://terminology.hl7.org/CodeSystem/restful-security-service", "code": "SMART-on-FHIR",
        ]
        var json: JSONObject = ["mode": "server", "security": ["service": [["coding": [smart]]]]]
        json["resource"] = .array(types.map(resource))
        if !systemInteractions.isEmpty { json["interaction"] = Self.codes(systemInteractions) }
        if operations[""] != nil { json["operation"] = operationList("") }
        return json
    }

    private func resource(_ type: String) -> JSONValue {
        var json: JSONObject = [
            "type": .string(type), "interaction": Self.codes(interactions), "versioning": "versioned",
            "readHistory": false, "updateCreate": .bool(isWritable), "conditionalCreate": .bool(isWritable),
            "conditionalUpdate": .bool(isWritable),
        ]
        let includes = Inclusion.offered(by: type)
        if !includes.isEmpty { json["searchInclude"] = .array(includes.map { .string($0) }) }
        if type != "Provenance", types.contains("Provenance") { json["searchRevInclude"] = ["Provenance:target"] }
        let own = SearchParameter.all(of: type).map { ($0.key, Self.kind(of: $0.value)) }
        json["searchParam"] = .array(
            ([("_id", "token"), ("_lastUpdated", "date")] + own.sorted { $0.0 < $1.0 }).map {
                ["name": .string($0.0), "type": .string($0.1)]
            })
        if operations[type] != nil { json["operation"] = operationList(type) }
        return .object(json)
    }

    private func operationList(_ type: String) -> JSONValue {
        .array((operations[type] ?? []).map { ["name": .string($0.name), "definition": .string($0.definition)] })
    }

    private static func codes(_ codes: [String]) -> JSONValue {
        .array(codes.map { ["code": .string($0)] })
    }

    private static func kind(of parameter: SearchParameter) -> String {
        switch parameter {
        case .token, .identifier: "token"
        case .date: "date"
        case .reference, .patient, .encounter: "reference"
        }
    }
}
