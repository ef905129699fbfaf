import FHIR
import Testing

@Suite("References in bytes")
struct ReferenceScanTests {
    @Test(
        "every member of the name is found, however it is spaced, and nothing else is",
        arguments: [
            (#"{"subject":{"reference":"Patient/joe"}}"#, ["Patient/joe"]),
            (##"{"a" : [{ "reference" :\##n\##t"#x" }, {"reference":"A?b=c|d"}]}"##, ["#x", "A?b=c|d"]),
            (#"{"a":{"reference":"Practitioner\/1"},"b":{"reference":"\u0041/2"}}"#, ["Practitioner/1", "A/2"]),
            (#"{"code":"reference","reference":{"reference":"Patient/in"}}"#, ["Patient/in"]),
            (#"{"text":"a \"reference\":\"Patient/no\" in words","b":{"reference":""}}"#, [""]),
            (#"{"reference":null,"c":["reference","x"]}"#, []), ("{}", []), ("", []),
        ])
    func found(json: String, references: [String]) {
        #expect(Self.scanned(Array(json.utf8)) == references)
    }

    @Test("what is cut off anywhere ends the scan and reads nothing beyond it")
    func cut() {
        let bytes = Array(#"{"subject":{"reference":"Patient/jo\u0065"},"a":{"reference" : "B/1"}}"#.utf8)
        for end in 0...bytes.count {
            #expect(Self.scanned(Array(bytes[..<end])).count <= 2)
        }
        #expect(Self.scanned(bytes) == ["Patient/joe", "B/1"])
    }

    private static func scanned(_ bytes: [UInt8]) -> [String] {
        var found: [String] = []
        bytes.withUnsafeBytes { ReferenceScan.forEach(in: $0) { found.append(ReferenceScan.text($0) ?? "?") } }
        return found
    }
}
