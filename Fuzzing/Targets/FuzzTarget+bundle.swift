import FHIR

extension FuzzTarget {
    /// The scan of a page finds what the reader of whole bundles finds, and its ranges contain JSON.
    static let bundle = FuzzTarget(
        name: "bundle",
        seeds: [
            #"{"resourceType":"Bundle","type":"searchset","total":2,"link":[{"relation":"self","url":"https://c.example"},"#
                + #"{"relation":"next","url":"https://c.example?page=2"}],"entry":[{"fullUrl":"urn:uuid:1","#
                + #""resource":{"resourceType":"Patient","id":"p"},"search":{"mode":"match"}},"#
                + #"{"resource":{"resourceType":"OperationOutcome"},"search":{"mode":"outcome"}}]}"#,
            #"{"resourceType":"Bundle","link":{"relation":"next","url":"u"},"entry":{"resource":{"resourceType":"A"}}}"#,
            #"{"resourceType":"Bundle","total":-1,"entry":[{"link":[]},{"response":{"status":"200"}}]}"#,
            #"{"entry":[null],"total":1.0,"resourceType":"Bundle"}"#,
        ]
    ) { input in
        let bytes = Array(input)
        let parsed = Result { () throws(JSONError) in try JSONParser.parse(bytes) }
        let scanned = Result { () throws(ScanError) in try BundleScan.scan(bytes) }
        let json: JSONValue
        switch parsed {
        case .success(let value): json = value
        case .failure(let error):
            return promise(scanned == .failure(.json(error)), "the scan and the parser differ about the JSON")
        }
        let whole = try? FHIRBundle(json)
        guard case .success(let scan) = scanned else {
            return promise(whole == nil, "the scan refuses a bundle")
        }
        let resources = scan.entries.map { try? JSONParser.parse(Array(bytes[$0.resource])) }
        promise(resources.allSatisfy { $0?.object != nil }, "a range holds no resource")
        guard let whole else { return }
        promise(scan.type == whole.type && scan.total == whole.total, "another type or total")
        promise(scan.links.map(\.relation) == whole.links.map(\.relation), "other links")
        promise(scan.links.map(\.url) == whole.links.map(\.url), "links to elsewhere")
        let entries = whole.entries.filter { $0.resource != nil }
        promise(resources == entries.map { $0.resource.map { .object($0.json) } }, "other resources")
        promise(scan.entries.map(\.mode) == entries.map(\.searchMode), "another search mode")
    }
}
