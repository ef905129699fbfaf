import FHIR

/// A manifest and its files, compared with each other: the writes that they ask for.
struct SubmittedData: Sendable {
    private let manifest: JSONValue
    private let files: [String: [UInt8]]

    /// `files` are all files, by the link that the manifest has to them. Throws 400 when `manifest` is not a manifest.
    init(_ manifest: [UInt8], _ files: [String: [UInt8]]) throws(Refusal) {
        guard let json = try? JSONParser.parse(manifest),
            json["transactionTime"]?.string.flatMap({ Instant($0) }) != nil
        else { throw Self.flaw("It has no manifest.") }
        self.manifest = json
        self.files = files
    }

    /// The links of a manifest to its files.
    static func links(in manifest: JSONValue) -> [String] {
        ((manifest["output"]?.elements ?? []) + (manifest["deleted"]?.elements ?? [])).compactMap { $0["url"]?.string }
    }

    /// The puts and deletions. Throws 400 when files and manifest differ.
    func writes() throws(Refusal) -> [WriteRequest] {
        let links = Self.links(in: manifest)
        guard Set(links) == Set(files.keys), links.count == files.count else {
            throw Self.flaw("Its manifest and its files differ.")
        }
        var writes: [WriteRequest] = []
        for output in manifest["output"]?.elements ?? [] {
            for resource in try resources(of: output) {
                writes.append(
                    try WriteRequest(
                        method: "PUT", url: "\(resource.type)/\(resource.id ?? "")", fullURL: nil, resource: resource,
                        ifMatch: nil, ifNoneExist: nil))
            }
        }
        for output in manifest["deleted"]?.elements ?? [] {
            for bundle in try resources(of: output) { writes += try Self.deletions(in: bundle) }
        }
        return writes
    }

    private static func deletions(in bundle: Resource) throws(Refusal) -> [WriteRequest] {
        var writes: [WriteRequest] = []
        for entry in bundle["entry"]?.elements ?? [] {
            guard bundle["type"]?.string == "transaction", entry["request"]?["method"]?.string == "DELETE",
                let url = entry["request"]?["url"]?.string
            else { throw flaw("What is deleted is no transaction of deletions.") }
            writes.append(
                try WriteRequest(
                    method: "DELETE", url: url, fullURL: nil, resource: nil, ifMatch: nil, ifNoneExist: nil))
        }
        return writes
    }

    private func resources(of output: JSONValue) throws(Refusal) -> [Resource] {
        let bytes = output["url"]?.string.flatMap { files[$0] } ?? []
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        let resources = lines.compactMap { try? Resource(parsing: Array($0)) }
        guard bytes.last == UInt8(ascii: "\n"), resources.count == lines.count,
            output["count"]?.number?.int == lines.count, output["fileSize"]?.number?.int == bytes.count,
            resources.allSatisfy({ $0.type == output["type"]?.string })
        else { throw Self.flaw("A file is not what the manifest says.") }
        return resources
    }

    private static func flaw(_ words: String) -> Refusal { Refusal(400, "structure", words) }
}
