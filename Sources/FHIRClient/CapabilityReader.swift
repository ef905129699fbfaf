import FHIR
import PDex

/// Reads those parts of a CapabilityStatement that an exchange needs (RD-01, WR-01).
enum CapabilityReader {
    /// What a statement says about the server's side; nil when the JSON is not a CapabilityStatement.
    static func capability(_ json: JSONValue) -> ServerCapability? {
        guard json["resourceType"]?.string == "CapabilityStatement", let version = json["fhirVersion"]?.string else {
            return nil
        }
        let rests = json["rest"]?.elements ?? []
        let server = rests.first { $0["mode"]?.string == "server" }
        var types: [String: ServerCapability.TypeCapability] = [:]
        for resource in server?["resource"]?.elements ?? [] {
            guard let type = resource["type"]?.string else { continue }
            types[type] = typeCapability(resource)
        }
        var capability = ServerCapability(
            fhirVersion: version, systemInteractions: codes(server?["interaction"], "code"),
            systemOperations: operations(server?["operation"]), types: types, software: software(json["software"]))
        let lists = [server?["operation"]] + (server?["resource"]?.elements ?? []).map { $0["operation"] }
        capability.bulkDataVersion = lists.lazy.compactMap(bulkDataVersion).first
        return capability
    }

    /// The version in the canonical of an export operation (BLK-01).
    private static func bulkDataVersion(_ list: JSONValue?) -> String? {
        (list?.elements ?? []).lazy.compactMap { operation in
            let parts = operation["definition"]?.string?.split(separator: "|", maxSplits: 1)
            guard let parts, parts.count == 2, exportOperation(String(parts[0])) else { return nil }
            return String(parts[1])
        }.first
    }

    private static func exportOperation(_ canonical: String) -> Bool {
        let last = canonical.split(separator: "/").last.map(String.init)
        return last.map { ["export", "group-export", "patient-export"].contains($0) } ?? false
    }

    /// The server's software, as far as it is named in a few plain words: it goes into logs.
    private static func software(_ json: JSONValue?) -> ServerCapability.Software {
        func word(_ key: String) -> String? {
            guard let text = json?[key]?.string, (1...64).contains(text.utf8.count),
                text.utf8.allSatisfy({ (0x20...0x7e).contains($0) })
            else { return nil }
            return text
        }
        return .init(name: word("name"), version: word("version"), releaseDate: word("releaseDate"))
    }

    private static func typeCapability(_ json: JSONValue) -> ServerCapability.TypeCapability {
        ServerCapability.TypeCapability(
            interactions: codes(json["interaction"], "code"),
            searchParameters: codes(json["searchParam"], "name"),
            includes: Set(json["searchInclude"]?.elements.compactMap(\.string) ?? []),
            revIncludes: Set(json["searchRevInclude"]?.elements.compactMap(\.string) ?? []),
            updateCreate: json["updateCreate"]?.bool ?? false,
            conditionalUpdate: json["conditionalUpdate"]?.bool ?? false,
            operations: operations(json["operation"]))
    }

    private static func codes(_ list: JSONValue?, _ key: String) -> Set<String> {
        Set(list?.elements.compactMap { $0[key]?.string } ?? [])
    }

    /// Names without the `$` that some write, and `export` for the operations that Bulk Data defines by canonical.
    private static func operations(_ list: JSONValue?) -> Set<String> {
        var names: Set<String> = []
        for operation in list?.elements ?? [] {
            if let name = operation["name"]?.string { names.insert(String(name.drop { $0 == "$" })) }
            let canonical = operation["definition"]?.string?.prefix { $0 != "|" }
            if let canonical, exportOperation(String(canonical)) { names.insert("export") }
        }
        return names
    }
}
