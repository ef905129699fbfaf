import FHIR

/// One export: its files, frozen at the moment of the kick-off.
struct ExportJob: Sendable {
    /// One NDJSON file.
    struct File: Sendable {
        let type: String
        let lines: [[UInt8]]
    }

    let types: [String]
    /// The URL of its status; its files are below.
    let statusURL: String
    let transactionTime: Instant
    /// The kick-off URL, which the manifest repeats.
    let request: String
    let output: [File]
    let deleted: [File]
    let errors: [File]
    /// How its files are handed out.
    let habits: ExportHabits
    /// How many status requests will still be answered with 202.
    var pollsLeft: Int

    /// Every file; its place is the last segment of its URL.
    var files: [File] { output + deleted + errors }

    /// How many pages the manifest has.
    var pages: Int { max(1, (files.count + habits.filesAPage - 1) / habits.filesAPage) }

    /// One page of the manifest, from 0 (Bulk Data 3.0.0; the link to the next page is from the 4.0 ballot).
    func manifest(page: Int) -> JSONValue {
        let first = page * habits.filesAPage
        let places = first..<min(first + habits.filesAPage, files.count)
        func list(_ part: Range<Int>) -> JSONValue {
            .array(
                places.clamped(to: part).map { place in
                    [
                        "type": .string(files[place].type), "url": .string("\(statusURL)/\(place)"),
                        "count": .number(JSONNumber(files[place].lines.count)),
                    ]
                })
        }
        var manifest: JSONObject = [
            "transactionTime": .string(transactionTime.text), "request": .string(request),
            "requiresAccessToken": .bool(!habits.filesAreOpen), "output": list(0..<output.count),
            "deleted": list(output.count..<files.count - errors.count),
            "error": list(files.count - errors.count..<files.count),
        ]
        if page + 1 < pages {
            manifest["link"] = [["relation": "next", "url": .string("\(statusURL)/manifest/\(page + 1)")]]
        }
        return .object(manifest)
    }
}
