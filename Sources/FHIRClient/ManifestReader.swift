import FHIR
import PDex

/// Reads the manifest of a finished export, in the words of Bulk Data 1 to 3 and of 4 (BLK-30).
enum ManifestReader {
    /// The manifest, or a few words on what is amiss.
    static func manifest(_ json: JSONValue) -> Result<ExportManifest, Flaw> {
        guard let time = json["transactionTime"]?.string.flatMap({ Instant($0) }) else {
            return .failure(Flaw("transactionTime is missing or not an instant"))
        }
        guard let requiresToken = json["requiresAccessToken"]?.bool else {
            return .failure(Flaw("requiresAccessToken is missing"))
        }
        // The rest of a manifest in parts would be lost without a word; we never ask for one.
        let links = json["link"]?.elements ?? []
        guard !links.contains(where: { $0["relation"]?.string == "next" }) else {
            return .failure(Flaw("it is only a part, and parts were not asked for"))
        }
        guard let output = files(json["output"]), json["output"] != nil else {
            return .failure(Flaw("output is missing or has a file without a URL"))
        }
        guard let errors = files(json["error"]), let outcomes = files(json["outcome"]),
            let deleted = files(json["deleted"])
        else { return .failure(Flaw("error, outcome or deleted has a file without a URL")) }
        return .success(
            ExportManifest(
                transactionTime: time, requiresAccessToken: requiresToken, output: output, errors: errors + outcomes,
                deleted: deleted))
    }

    /// What is amiss.
    struct Flaw: Error {
        let words: String

        init(_ words: String) { self.words = words }
    }

    /// The files of a list; none when the list is absent, nil when it is malformed.
    private static func files(_ list: JSONValue?) -> [ExportManifest.File]? {
        guard let list else { return [] }
        guard let items = list.array else { return nil }
        var files: [ExportManifest.File] = []
        for item in items {
            guard let url = item["url"]?.string, !url.isEmpty else { return nil }
            let count = item["count"]?.number?.int
            files.append(ExportManifest.File(type: item["type"]?.string, url: url, count: count))
        }
        return files
    }
}
