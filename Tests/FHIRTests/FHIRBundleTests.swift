import FHIR
import Testing

@Suite("A bundle")
struct FHIRBundleTests {
    @Test("of a search gives its resources, its total and its next page")
    func readsASearch() throws {
        let bundle = try FHIRBundle([
            "resourceType": "Bundle", "type": "searchset", "total": 12,
            "link": [
                ["relation": "self", "url": "https://h/a"], ["relation": "next", "url": "https://h/b"],
                ["relation": "x"],
            ],
            "entry": [
                [
                    "fullUrl": "https://h/Patient/1", "resource": ["resourceType": "Patient", "id": "1"],
                    "search": ["mode": "match"],
                ],
                ["resource": ["resourceType": "OperationOutcome"], "search": ["mode": "outcome"]],
            ],
        ])
        #expect(bundle.type == "searchset")
        #expect(bundle.total == 12)
        #expect(bundle.link("next") == "https://h/b" && bundle.link("previous") == nil)
        #expect(bundle.links.map(\.relation) == ["self", "next"])
        #expect(bundle.entries.map(\.resource?.type) == ["Patient", "OperationOutcome"])
        #expect(bundle.entries.map(\.searchMode) == ["match", "outcome"])
        #expect(bundle.entries[0].fullURL == "https://h/Patient/1")
    }

    @Test("that answers a transaction gives what became of each entry")
    func readsAnAnswer() throws {
        let bundle = try FHIRBundle([
            "resourceType": "Bundle", "type": "batch-response",
            "entry": [
                [
                    "response": [
                        "status": "201 Created", "location": "Patient/1/_history/1", "etag": "W/\"1\"",
                        "lastModified": "2026-01-11T02:13:45Z",
                    ]
                ],
                [
                    "response": [
                        "status": "422",
                        "outcome": ["resourceType": "OperationOutcome", "issue": [["code": "invalid"]]],
                    ]
                ],
            ],
        ])
        let responses = bundle.entries.compactMap(\.response)
        #expect(responses.map(\.statusCode) == [201, 422])
        #expect(responses[0].location == "Patient/1/_history/1" && responses[0].etag == "W/\"1\"")
        #expect(responses[0].lastModified == Instant("2026-01-11T02:13:45Z"))
        #expect(responses[1].outcome?.summary == "error invalid")
    }

    @Test("of requests gives them")
    func readsRequests() throws {
        let bundle = try FHIRBundle([
            "resourceType": "Bundle", "type": "transaction",
            "entry": [
                ["request": ["method": "PUT", "url": "Patient/1", "ifMatch": "W/\"1\"", "ifNoneExist": "a=b"]],
                ["request": [:]],
            ],
        ])
        #expect(bundle.entries[0].request?.method == "PUT" && bundle.entries[0].request?.url == "Patient/1")
        #expect(bundle.entries[0].request?.ifMatch == "W/\"1\"" && bundle.entries[0].request?.ifNoneExist == "a=b")
        #expect(bundle.entries[1].request == nil && bundle.entries[1].response == nil)
    }

    @Test("may say little, and its nonsense is not believed")
    func isCautious() throws {
        let bundle = try FHIRBundle(["resourceType": "Bundle", "total": -1])
        #expect(bundle.type == "" && bundle.total == nil && bundle.links.isEmpty && bundle.entries.isEmpty)
        for status in ["", "OK", "20", "2000", "099", "600", "２００"] {
            let entry: JSONValue = ["response": ["status": .string(status)]]
            #expect(
                try FHIRBundle(["resourceType": "Bundle", "entry": [entry]]).entries[0].response?.statusCode == nil)
        }
    }

    @Test(
        "is not made from other resources, nor with an entry that is none",
        arguments: [
            (["resourceType": "Patient"], .invalidType), ([], .notAnObject),
            (["resourceType": "Bundle", "entry": ["x"]], .notAnObject),
            (["resourceType": "Bundle", "entry": [["resource": ["id": "1"]]]], .missingType),
            (["resourceType": "Bundle", "entry": [["resource": ["resourceType": "Patient", "id": "/"]]]], .invalidID),
        ] as [(JSONValue, ResourceError)])
    func refuses(json: JSONValue, error: ResourceError) {
        #expect(throws: error) { try FHIRBundle(json) }
    }
}
