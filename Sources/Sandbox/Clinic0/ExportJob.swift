import FHIR

/// One export: its files, frozen at the moment of the kick-off.
struct ExportJob: Sendable {
    /// One NDJSON file.
    struct File: Sendable {
        let type: String
        let lines: [[UInt8]]
    }

    let types: [String]
    /// Where its status is asked for; its files are below.
    let statusURL: String
    let transactionTime: Instant
    /// The kick-off URL, which the manifest repeats.
    let request: String
    let output: [File]
    let deleted: [File]
    /// How many status requests will still be answered with 202.
    var pollsLeft: Int

    /// Every file; its place is the last segment of its URL.
    var files: [File] { output + deleted }

    /// The manifest (Bulk Data 3.0.0).
    var manifest: JSONValue {
        func list(_ files: [File], from first: Int) -> JSONValue {
            .array(
                files.enumerated().map { offset, file in
                    [
                        "type": .string(file.type), "url": .string("\(statusURL)/\(first + offset)"),
                        "count": .number(JSONNumber(file.lines.count)),
                    ]
                })
        }
        return [
            "transactionTime": .string(transactionTime.text), "request": .string(request),
            "requiresAccessToken": true, "output": list(output, from: 0),
            "deleted": list(deleted, from: output.count), "error": [],
        ]
    }
}
