import FHIR
import SampleData
import Testing

@Suite(
    "Real data",
    .enabled(if: SharedFolder.has("data"), "the sample data is not on this machine"))
struct RealDataTests {
    @Test("comes back byte by byte, line by line", arguments: SharedFolder.files(below: "data", ending: ".ndjson.gz"))
    func linesRoundTrip(file: String) throws {
        // Enough of each file to meet its variety; a debug build would take a quarter of a minute for everything.
        let lines = try SharedFolder.lines(file).prefix(500)
        #expect(!lines.isEmpty)
        #expect(try lines.filter { try Resource(parsing: $0).serialized() != $0 } == [])
    }

    @Test(
        "is scanned as it is parsed, and its references have known forms",
        arguments: SharedFolder.files(below: "data", ending: ".ndjson.gz"))
    func scanAgrees(file: String) throws {
        for line in try SharedFolder.lines(file).prefix(200) {
            let resource = try Resource(parsing: line)
            let scan = try ResourceScan.scan(line)
            #expect(scan.type == resource.type && scan.id == resource.id && scan.versionID == resource.versionID)
            #expect(scan.lastUpdated == resource.lastUpdated)
            var unknown: [String] = []
            JSONValue.object(resource.json).forEachReference { text in
                if Reference(parsing: text) == .opaque(text) || Reference(parsing: text).text != text {
                    unknown.append(text)
                }
            }
            #expect(unknown == [])
        }
    }

    @Test(
        "every document can be read, written and read again",
        arguments: SharedFolder.files(below: "data", ending: ".json"))
    func documentsRoundTrip(file: String) throws {
        let value = try JSONParser.parse(try SharedFolder.bytes(of: "data/" + file))
        #expect(try JSONParser.parse(value.serialized()) == value)
        #expect(try JSONParser.parse(value.serialized(pretty: true)) == value)
    }
}
