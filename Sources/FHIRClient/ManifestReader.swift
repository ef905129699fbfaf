import FHIR
import PDex

/// Reads the manifest of a finished export, in the terms of Bulk Data 1 to 3 and of 4 (BLK-30).
enum ManifestReader {
    /// One page of a manifest.
    struct Page {
        var manifest: ExportManifest
        /// The link to the next page; nil at the last (BLK-15).
        let next: String?
    }

    /// A page of the manifest, or a few words on what is wrong with it. Unknown members are ignored.
    static func page(_ json: JSONValue) -> Result<Page, Flaw> {
        guard let time = json["transactionTime"]?.string.flatMap({ Instant($0) }) else {
            return .failure(Flaw("transactionTime is missing or not an instant"))
        }
        guard let requiresToken = json["requiresAccessToken"]?.bool else {
            return .failure(Flaw("requiresAccessToken is missing"))
        }
        let link = (json["link"]?.elements ?? []).first { $0["relation"]?.string == "next" }
        let next = link?["url"]?.string
        // Without its URL, the rest would be lost silently.
        guard link == nil || next != nil else { return .failure(Flaw("its next link has no URL")) }
        guard let output = files(json["output"]), json["output"] != nil else {
            return .failure(Flaw("output is missing or has a file without a URL"))
        }
        guard let errors = files(json["error"]), let outcomes = files(json["outcome"]),
            let deleted = files(json["deleted"])
        else { return .failure(Flaw("error, outcome or deleted has a file without a URL")) }
        let manifest = ExportManifest(
            transactionTime: time, requiresAccessToken: requiresToken, output: output, errors: errors + outcomes,
            deleted: deleted)
        return .success(Page(manifest: manifest, next: next))
    }

    /// What is wrong with a manifest.
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
