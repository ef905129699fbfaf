import FHIR

/// One change of the payer's store, in the form that is kept on disk.
enum PayerChange: Sendable {
    case put(StoredResource)
    case delete(type: String, id: String, at: Instant)

    /// Writes one element of the array `changes` of a log line.
    func write(into out: inout [UInt8]) {
        switch self {
        case .put(let resource): out += resource.bytes
        case .delete(let type, let id, let instant):
            let json: JSONValue = [
                "resourceType": "Tombstone", "type": .string(type), "id": .string(id), "at": .string(instant.text),
            ]
            out += json.serialized()
        }
    }
}
