import FHIR
import Testing

@Suite("The scan of a bundle")
struct BundleScanTests {
    @Test("finds the resources where they lie, byte by byte as they were written")
    func findsResources() throws {
        let first = #"{ "resourceType":"Patient", "id":"1", "x": 1.00 }"#
        let second = #"{"resourceType":"OperationOutcome"}"#
        let text =
            #"{"link":[{"relation":"next","url":"https:\/\/h\/b"}],"total":2,"resourceType":"Bundle","type":"searchset","#
            + #""entry":[{"resource":\#(first),"search":{"mode":"match"}},{"fullUrl":"x"},{"resource":\#(second)}]}"#
        let bytes = [UInt8](text.utf8)

        let bundle = try BundleScan.scan(bytes)

        #expect(bundle.entries.map { String(decoding: bytes[$0.resource], as: UTF8.self) } == [first, second])
        #expect(bundle.entries.map(\.mode) == ["match", nil])
        #expect(bundle.type == "searchset" && bundle.total == 2)
        #expect(bundle.link("next") == "https://h/b" && bundle.link("self") == nil)
    }

    @Test("agrees with the tree on any search result", arguments: 0..<30 as Range<UInt64>)
    func agreesWithTheTree(seed: UInt64) throws {
        var generator = JSONGenerator(seed: seed)
        let resources = (0..<5).map { id in
            var object = generator.object(levels: 2)
            object["resourceType"] = "Basic"
            object["id"] = .string("r\(id)")
            return JSONValue.object(object)
        }
        let json: JSONValue = [
            "resourceType": "Bundle", "entry": .array(resources.map { ["resource": $0, "search": ["mode": "match"]] }),
        ]
        let bytes = json.serialized()
        let scanned = try BundleScan.scan(bytes).entries.map { try JSONParser.parse([UInt8](bytes[$0.resource])) }
        #expect(scanned == resources)
        #expect(try FHIRBundle(json).entries.compactMap(\.resource).map { .object($0.json) } == resources)
    }

    @Test(
        "refuses what is no bundle",
        arguments: [
            ("[]", .notAResource), ("{}", .notAResource), (#"{"resourceType":"Patient"}"#, .notAResource),
            (
                #"{"resourceType":"Bundle","entry":[{"resource":{"a":1,"a":2}}]}"#,
                .json(JSONError(.duplicateKey, at: 53))
            ),
            (#"{"resourceType":"Bundle""#, .json(JSONError(.unexpectedEnd, at: 24))),
        ] as [(String, ScanError)])
    func refuses(text: String, error: ScanError) {
        #expect(throws: error) { try BundleScan.scan([UInt8](text.utf8)) }
    }

    @Test("takes entries, links and totals of the wrong kind for absent")
    func isCautious() throws {
        let text = #"{"resourceType":"Bundle","type":1,"total":"x","link":{},"entry":[1,{"resource":[]},{"search":1}]}"#
        let bundle = try BundleScan.scan([UInt8](text.utf8))
        #expect(bundle.type == "" && bundle.total == nil && bundle.links.isEmpty && bundle.entries.isEmpty)
    }

    @Test(
        "agrees with the tree where brackets are left out, and about totals that cannot be",
        arguments: [
            #"{"resourceType":"Bundle","link":{"relation":"next","url":"https://h/b"},"total":-1}"#,
            #"{"resourceType":"Bundle","entry":{"resource":{"resourceType":"Basic"},"search":{"mode":"include"}}}"#,
            #"{"resourceType":"Bundle","total":-0,"link":[{"relation":"self","url":"https://h/a"}]}"#,
            #"{"resourceType":"Bundle","total":1.0}"#,
        ])
    func agreesOnOddities(text: String) throws {
        let bytes = [UInt8](text.utf8)
        let whole = try FHIRBundle(JSONParser.parse(bytes))

        let scan = try BundleScan.scan(bytes)

        #expect(scan.total == whole.total)
        #expect(scan.links.map(\.url) == whole.links.map(\.url))
        #expect(scan.links.map(\.relation) == whole.links.map(\.relation))
        #expect(scan.entries.map(\.mode) == whole.entries.map(\.searchMode))
    }

    @Test("resources are exact ranges of the bytes, whatever stands around them")
    func findsExactRanges() throws {
        let text = """
            { "entry" : [ { "resource" : { "resourceType":"A", "x" : "}\\"]", "n": 1.50 } , "search":{"mode":"match"} },
              {"fullUrl":"u"}, {"resource":null}, {"resource":{"resourceType":"B","entry":[{"resource":{}}]}} ],
              "total": 12, "link":[{"url":"u1","relation":"next"},{"relation":"self"}],
              "resourceType":"Bundle", "type":"searchset" }
            """
        let bytes = [UInt8](text.utf8)

        let bundle = try BundleScan.scan(bytes)

        #expect(
            bundle.entries.map { String(decoding: bytes[$0.resource], as: UTF8.self) } == [
                #"{ "resourceType":"A", "x" : "}\"]", "n": 1.50 }"#, #"{"resourceType":"B","entry":[{"resource":{}}]}"#,
            ])
        #expect(bundle.entries.map(\.mode) == ["match", nil])
        #expect(bundle.total == 12)
        #expect(bundle.link("next") == "u1")
        #expect(bundle.link("self") == nil)
        #expect(bundle.type == "searchset")
    }

    @Test("what a tree would hold is what the ranges hold, and no prefix is a Bundle")
    func agreesWithParser() throws {
        let text =
            #"{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"a":[1,{"b":"\u00e9"}]}}],"total":1}"#
        let bytes = [UInt8](text.utf8)

        let bundle = try BundleScan.scan(bytes)
        let tree = try JSONParser.parse(bytes)

        let range = try #require(bundle.entries.first?.resource)
        #expect(try JSONParser.parse(Array(bytes[range])) == tree["entry"]?[0]?["resource"])
        for cut in 0..<bytes.count { #expect(throws: ScanError.self) { try BundleScan.scan(Array(bytes[..<cut])) } }
    }

    @Test(
        "anything but a Bundle is refused, and so is JSON that two readers could read differently",
        arguments: [
            "[]", "7", "null", #"{"resourceType":"Patient"}"#, #"{"entry":[]}"#, #"{"resourceType":["Bundle"]}"#,
            #"{"resourceType":"Bundle","entry":[],"entry":[]}"#,
            #"{"resourceType":"Bundle","entry":[{"resource":{"a":1,"a":2}}]}"#, #"{"resourceType":"Bundle"} x"#,
        ])
    func refuses(text: String) {
        #expect(throws: ScanError.self) { try BundleScan.scan([UInt8](text.utf8)) }
    }

    @Test(
        "members of another shape than expected are passed over",
        arguments: [
            #""entry":{}"#, #""entry":[1,[{}]]"#, #""link":"x","total":1.5"#, #""entry":[{"search":[],"resource":[]}]"#,
        ])
    func toleratesShapes(member: String) throws {
        let bundle = try BundleScan.scan([UInt8](#"{"resourceType":"Bundle",\#(member)}"#.utf8))

        #expect(bundle.entries.isEmpty)
        #expect(bundle.total == nil)
    }
}
