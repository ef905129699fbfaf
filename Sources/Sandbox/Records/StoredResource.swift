import FHIR

/// One resource as a server of the sandbox holds it: its bytes, and the elements that searches read most.
struct StoredResource: Sendable {
    /// The bytes that are served, unchanged.
    let bytes: [UInt8]
    let type: String
    let id: String
    /// 1 for a resource that never changed here.
    let version: Int
    let lastUpdated: Instant
    /// The id of the Patient in whose compartment it is; for a Patient its own id.
    var patient: String?
    /// The id of its Encounter.
    let encounter: String?
    let start: Instant?
    let end: Instant?

    /// Reads what searches need. A resource without `meta.lastUpdated` gets `loaded`, merged into its bytes.
    ///
    /// Throws ``ScanError`` when the bytes are not a resource with an id.
    init(_ bytes: [UInt8], loaded: Instant) throws {
        let scan = try ResourceScan.scan(bytes)
        if let lastUpdated = scan.lastUpdated {
            self.bytes = bytes
            self.lastUpdated = lastUpdated
        } else {
            self.bytes = try Resource(parsing: bytes).stamped(version: nil, lastUpdated: loaded).serialized()
            lastUpdated = loaded
        }
        type = scan.type
        id = scan.id
        version = scan.versionID.flatMap { Int($0) } ?? 1
        patient = scan.type == "Patient" ? scan.id : scan.patient.flatMap { Self.id(in: $0, of: "Patient") }
        encounter = scan.encounter.flatMap { Self.id(in: $0, of: "Encounter") }
        start = scan.start
        end = scan.end
    }

    /// `Type/id`.
    var key: String { "\(type)/\(id)" }

    /// The weak ETag of the version.
    var etag: String { #"W/"\#(version)""# }

    /// The content as a tree; null if it cannot be read, which was ruled out when it was loaded.
    var tree: JSONValue { (try? JSONParser.parse(bytes)) ?? .null }

    private static func id(in reference: String, of type: String) -> String? {
        let parsed = Reference(parsing: reference)
        return parsed.type == type ? parsed.id : nil
    }
}

extension Resource {
    /// The resource with `meta.versionId` (unless nil) and `meta.lastUpdated` set.
    func stamped(version: Int?, lastUpdated: Instant) -> Resource {
        var copy = self
        var meta = json["meta"]?.object ?? JSONObject()
        if let version { meta["versionId"] = .string(String(version)) }
        meta["lastUpdated"] = .string(lastUpdated.text)
        guard json["meta"] == nil else {
            copy.json["meta"] = .object(meta)
            return copy
        }
        // FHIR's order puts it after resourceType and id.
        var members: [JSONObject.Member] = json.members
        let place = members.firstIndex { $0.key != "resourceType" && $0.key != "id" } ?? members.count
        members.insert(JSONObject.Member(key: "meta", value: .object(meta)), at: place)
        copy.json = JSONObject(members: members)
        return copy
    }
}
