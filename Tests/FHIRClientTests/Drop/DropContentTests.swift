import FHIR
import PDexTesting
import Testing

@testable import FHIRClient

/// A bundle as files, in the form of a finished Bulk Data export (WR-22 f, BLK-30, BLK-34).
@Suite("What is in a drop")
struct DropContentTests {
    @Test("each resource is a line of its type's file, to the letter, and each deletion stands in the deleted file")
    func everything() throws {
        for seed in 0..<200 {
            let sample = try DropSample(seed: UInt64(seed))

            let content = try #require(DropContent(sample.bundle, requestID: "x-1-2"))

            let files = Dictionary(uniqueKeysWithValues: content.files.map { ($0.name, $0.bytes) })
            let manifest = try JSONParser.parse(try #require(files["manifest.json"]))
            for (type, resources) in sample.resources {
                let lines = resources.flatMap { JSONValue.object($0.json).serialized() + [UInt8(ascii: "\n")] }
                #expect(files["\(type).ndjson"] == lines)
                let output = manifest["output"]?.elements.first { $0["type"]?.string == type }
                #expect(output?["url"]?.string == "\(type).ndjson")
                #expect(output?["count"]?.number?.int == resources.count)
                #expect(output?["fileSize"]?.number?.int == lines.count)
            }
            #expect(manifest["output"]?.elements.count == sample.resources.count)
            let deletions = try files["deleted.ndjson"].map { try JSONParser.parse($0) }
            let entries = deletions?["entry"]?.elements ?? []
            #expect(entries.compactMap { $0["request"]?["url"]?.string } == sample.deleted)
            #expect(deletions == nil || deletions?["type"]?.string == "transaction")
            #expect(manifest["deleted"]?.elements.count == (sample.deleted.isEmpty ? 0 : 1))
            #expect(content.entries.map(\.location) == sample.locations)
        }
    }

    @Test("the manifest is a completion manifest of the ballot's shape, with the instant of the bundle")
    func manifest() throws {
        let bundle = #"{"resourceType":"Bundle","type":"batch","timestamp":"2026-06-01T02:15:00.120Z","entry":[]}"#

        let content = try #require(DropContent(Array(bundle.utf8), requestID: "abc-1-7"))

        let manifest = try JSONParser.parse(try #require(content.files.first?.bytes))
        #expect(manifest["transactionTime"]?.string == "2026-06-01T02:15:00.120Z")
        #expect(manifest["requiresAccessToken"] == false && manifest["outcome"] == [])
        #expect(manifest["request"] == nil && manifest["error"] == nil)
        #expect(manifest["extension"]?.elements.first?["valueString"]?.string == "abc-1")
        #expect(content.name.hasPrefix("20260601T021500120Z-abc-0001-"))
    }

    @Test("the digests are of every other file, as sha256sum checks them")
    func digests() throws {
        let content = try #require(DropContent(try DropSample(seed: 3).bundle, requestID: "x-1-1"))

        let lines = String(decoding: content.digests, as: UTF8.self).split(separator: "\n").map(String.init)

        #expect(
            lines
                == content.files.dropLast().map { file in
                    let digest = SHA256.hash(file.bytes).map { String(($0 < 16 ? "0" : "") + String($0, radix: 16)) }
                    return digest.joined() + "  " + file.name
                })
        #expect(content.files.last?.name == "SHA256SUMS")
    }

    @Test("any claim of a submission makes the same; another submission, or another byte, has another name")
    func names() throws {
        let bundle = try DropSample(seed: 5).bundle

        let first = try #require(DropContent(bundle, requestID: "x-1-1"))

        #expect(DropContent(bundle, requestID: "x-1-12") == first)
        #expect(DropContent(bundle, requestID: "x-2-1")?.name != first.name)
        #expect(DropContent(bundle + [UInt8(ascii: " ")], requestID: "x-1-1")?.name != first.name)
    }

    @Test("drops sort by the instant at which their content was true")
    func order() throws {
        let times = [
            "2025-12-31T23:59:59.999Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", "2026-01-01T00:00:01Z",
            "2026-11-02T00:00:00-05:00",
        ]

        let names = times.compactMap { time in
            DropContent(
                Array(#"{"resourceType":"Bundle","type":"batch","timestamp":"\#(time)","entry":[]}"#.utf8),
                requestID: "x-1-1")?.name
        }

        #expect(names.count == times.count && names.sorted() == names)
    }

    @Test(
        "what files cannot carry makes no drop",
        arguments: [
            #"{"resource":{"resourceType":"Goal","id":"a"},"request":{"method":"PUT","url":"Goal/a","ifMatch":"W/\"1\""}}"#,
            #"{"resource":{"resourceType":"Goal","id":"a"},"request":{"method":"PUT","url":"Goal?identifier=a"}}"#,
            #"{"resource":{"resourceType":"Goal"},"request":{"method":"POST","url":"Goal"}}"#,
            #"{"resource":{"resourceType":"Goal","id":"b"},"request":{"method":"PUT","url":"Goal/a"}}"#,
            #"{"resource":{"resourceType":"Group","id":"a"},"request":{"method":"PUT","url":"Goal/a"}}"#,
            #"{"request":{"method":"PUT","url":"Goal/a"}}"#, #"{"request":{"method":"GET","url":"Goal/a"}}"#,
            #"{"resource":{"resourceType":"Goal","id":"a"}}"#,
        ])
    func refuses(entry: String) {
        let bundle =
            #"{"resourceType":"Bundle","type":"batch","timestamp":"2026-06-01T02:15:00Z","entry":[\#(entry)]}"#

        #expect(DropContent(Array(bundle.utf8), requestID: "x-1-1") == nil)
    }

    @Test("the parts of an exchange sort by their numbers")
    func sorts() throws {
        let bundle = try DropSample(seed: 3).bundle
        let names = try [1, 2, 9, 10, 11, 99, 100, 1000].map {
            try #require(DropContent(bundle, requestID: "x-\($0)-1")).name
        }
        #expect(names == names.sorted())
    }
}
