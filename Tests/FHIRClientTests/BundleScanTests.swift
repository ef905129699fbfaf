import FHIR
import Testing

/// A page's resources are taken out of its bytes exactly as written (RD-22).
@Suite("Bundle scan")
struct BundleScanTests {
    @Test("resources are exact ranges of the bytes, whatever stands around them")
    func findsResources() throws {
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
