import FHIR

extension FuzzTarget {
    /// The scan and the parser agree on validity and content; a parsed value survives being written and read again.
    static let json = FuzzTarget(
        name: "json",
        seeds: [
            #"{"resourceType":"Patient","id":"p-1","meta":{"versionId":"2","lastUpdated":"2026-01-11T02:13:45.120Z"}}"#,
            #"{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/p-1"},"#
                + #""encounter":{"reference":"Encounter/e"},"effectivePeriod":{"start":"2026","end":"2026-02"}}"#,
            #"{"resourceType":"DocumentReference","id":"d","context":{"encounter":[{"reference":"Encounter/e"}]}}"#,
            #"[1,-0.50e+10,true,false,null,"\u00e9\ud83d\ude00\n\\\"é😀",[[]],{}]"#, #"{"a":1,"a":2}"#,
            #"["\u0000\u0008\u0009\u000a\u000b\u000c\u000d\u0010\u001f\u0022\u005c\u007f\ufeff","\/\b\f\r\t"]"#,
            "{\"\u{7f}",
        ]
    ) { input in
        let bytes = Array(input)
        let parsed = Result { () throws(JSONError) in try JSONParser.parse(bytes) }
        let scanned = Result { () throws(ScanError) in try ResourceScan.scan(bytes) }
        switch (parsed, scanned) {
        case (.failure(let error), _):
            promise(scanned == .failure(.json(error)), "the scan and the parser differ about the JSON")
        case (.success(let value), .success(let scan)):
            agree(value, scan)
            isFixed(value)
        case (.success(let value), .failure(let error)):
            if case .json = error { promise(false, "the scan refuses JSON that the parser takes") }
            promise((try? Resource(value))?.id == nil, "the scan refuses a resource")
            isFixed(value)
        }
    }

    private static func agree(_ value: JSONValue, _ scan: ResourceScan) {
        guard let resource = try? Resource(value) else { return promise(false, "the scan takes what is no resource") }
        promise(resource.type == scan.type && resource.id == scan.id, "the scan reads another type or id")
        promise(resource.versionID == scan.versionID, "the scan reads another version")
        promise(resource.lastUpdated == scan.lastUpdated, "the scan reads another lastUpdated")
        if let start = scan.start, let end = scan.end, value["effectivePeriod"] == nil {
            promise(
                start <= end || value.object?.members.contains { $0.key.hasSuffix("eriod") } == true, "time runs back")
        }
    }

    private static func isFixed(_ value: JSONValue) {
        let short = value.serialized()
        guard let again = try? JSONParser.parse(short) else { return promise(false, "what was written cannot be read") }
        promise(again == value, "what was written is read differently")
        promise(again.serialized() == short, "written twice it differs")
        let pretty = try? JSONParser.parse(value.serialized(pretty: true), limits: JSONLimits(bytes: .max))
        promise(pretty == value, "the form for people is read differently")
    }
}
