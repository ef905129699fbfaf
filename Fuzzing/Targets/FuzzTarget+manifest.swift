import FHIR
import PDex

@testable import FHIRClient

extension FuzzTarget {
    /// An accepted manifest contains every file that it lists, each with a URL (BLK-30).
    static let manifest = FuzzTarget(
        name: "manifest",
        seeds: [
            #"{"transactionTime":"2026-01-11T02:13:45Z","request":"https://c.example/Group/1/$export","#
                + #""requiresAccessToken":true,"output":[{"type":"Patient","url":"https://c.example/1","count":3}],"#
                + #""error":[{"type":"OperationOutcome","url":"https://c.example/2"}],"#
                + #""deleted":[{"type":"Bundle","url":"https://c.example/3"}],"extension":{"x":[]}}"#,
            #"{"transactionTime":"2026-01-11T02:13:45Z","requiresAccessToken":false,"output":[],"#
                + #""outcome":[{"url":"u"}],"link":[{"relation":"next","url":"https://c.example/m2"}]}"#,
            #"{"transactionTime":"2026-01-11","requiresAccessToken":"true","output":{},"error":null}"#,
        ]
    ) { input in
        guard let json = try? JSONParser.parse(input) else { return }
        guard case .success(let page) = ManifestReader.page(json) else { return }
        let manifest = page.manifest
        promise(manifest.output.count == json["output"]?.array?.count, "an output file is missing")
        let errors = (json["error"]?.array?.count ?? 0) + (json["outcome"]?.array?.count ?? 0)
        promise(manifest.errors.count == errors, "an error file is missing")
        promise(manifest.deleted.count == json["deleted"]?.array?.count ?? 0, "a file of deletions is missing")
        let files = manifest.output + manifest.errors + manifest.deleted
        promise(files.allSatisfy { !$0.url.isEmpty }, "a file has no URL")
        promise(files.allSatisfy { $0.count ?? 0 >= 0 }, "a file has fewer than no lines")
    }
}
