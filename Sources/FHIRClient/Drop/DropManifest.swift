import FHIR

/// What is in a drop, in the shape of the manifest with which a Bulk Data export is complete.
///
/// As the 4.0.0 ballot has it: no `request`, since nobody asked; `outcome` for what used to be `error`; a list of
/// extensions.
struct DropManifest: Sendable {
    /// One file of resources.
    struct Output: Sendable {
        let type: String
        let file: DropContent.File
        /// How many lines it has.
        let count: Int
    }

    /// When all of it was true at the clinic.
    let time: Instant
    /// The submission that it was written for.
    let submission: String
    let outputs: [Output]
    let deleted: Output?

    /// Where the submission is named.
    static let submissionURL = "urn:pdex:submission"

    /// The manifest; each link is `base` and the name of a file, which lies beside it unless said otherwise.
    func bytes(linking base: String = "") -> [UInt8] {
        let json: JSONValue = [
            "transactionTime": .string(time.text), "requiresAccessToken": false,
            "outputFormat": "application/fhir+ndjson", "output": .array(outputs.map { Self.json($0, base) }),
            "deleted": .array([deleted].compactMap(\.self).map { Self.json($0, base) }), "outcome": [],
            "extension": [["url": .string(Self.submissionURL), "valueString": .string(submission)]],
        ]
        return Array((json.serialized(pretty: true) + "\n").utf8)
    }

    private static func json(_ output: Output, _ base: String) -> JSONValue {
        [
            "type": .string(output.type), "url": .string(base + output.file.name),
            "count": .number(JSONNumber(output.count)), "fileSize": .number(JSONNumber(output.file.bytes.count)),
        ]
    }
}
