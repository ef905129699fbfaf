import FHIR

/// The contents of a drop, in the format of the manifest of a completed Bulk Data export.
///
/// As in the 4.0.0 ballot: no `request`, since nobody asked; `outcome` instead of the former `error`; a list of
/// extensions.
struct DropManifest: Sendable {
    /// One file of resources.
    struct Output: Sendable {
        let type: String
        let file: DropContent.File
        /// How many lines it has.
        let count: Int
    }

    /// The time at which all of it was true at the clinic.
    let time: Instant
    /// The submission that it was written for.
    let submission: String
    let outputs: [Output]
    let deleted: Output?

    /// The URL of the extension that names the submission.
    static let submissionURL = "urn:pdex:submission"

    /// The manifest; each link is `base` and the name of a file, which lies beside the manifest by default.
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
