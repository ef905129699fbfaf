import FHIR
import FHIRClient
import Serving
import Testing

@testable import Sandbox

@Suite("Bodies and forms")
struct BodyTests {
    @Test("a compressed stream gives back what went in, whatever the sizes", arguments: [0, 1, 5_000])
    func compressed(lines: Int) async throws {
        var random = RandomSource(seed: 7, stream: 1)
        let lines = (0..<lines).map { _ in (0..<random.below(400)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        var compressed: [UInt8] = []

        try await LineStream(lines: lines, isCompressed: true).forEachChunk { compressed += $0 }

        let expected = lines.flatMap { $0 + [UInt8(ascii: "\n")] }
        #expect(GzipInflater.decompress(compressed) == expected)
        #expect(GzipInflater.decompress(compressed + compressed) == expected + expected)
        #expect(GzipInflater.decompress(Array(compressed.dropLast())) == nil)
    }

    @Test("an uncompressed stream comes in chunks that a slow reader can hold")
    func plain() async throws {
        let line = [UInt8](repeating: 65, count: 1_000)
        var sizes: [Int] = []

        try await LineStream(lines: Array(repeating: line, count: 2_000), isCompressed: false).forEachChunk {
            sizes.append($0.count)
        }

        #expect(sizes.reduce(0, +) == 2_002_000)
        #expect(sizes.allSatisfy { $0 <= LineStream.chunkSize + 1_001 })
        #expect(sizes.count > 5)
    }

    @Test(
        "a form is read as it was written",
        arguments: [("a=1&b=2", "a", "1"), ("a=x%7Cy+z", "a", "x|y z"), ("a", "a", ""), ("&&a==", "a", "=")])
    func forms(text: String, name: String, value: String) {
        #expect(FormFields(text)?[name] == value)
        #expect(FormFields("k=\(FormFields.encoded(value))")?["k"] == value)
    }

    @Test("a form with broken encoding is refused", arguments: ["a=%", "a=%4", "a=%zz", "a=%ff"])
    func brokenForms(text: String) {
        #expect(FormFields(text) == nil)
    }

    @Test(
        "a date parameter compares as R4 says",
        arguments: [
            ("2026-01-10", true), ("eq2026-01-10", true), ("ge2026-01-10", true), ("gt2026-01-10", false),
            ("gt2026-01-09", true), ("le2026-01-10", true), ("lt2026-01-10", false), ("lt2026-01-11", true),
            ("ge2026-01-11", false), ("2026", true), ("2025", false),
        ])
    func dates(text: String, isMatch: Bool) throws {
        let moment = try #require(SearchMoment(text))
        let noon = try #require(Instant("2026-01-10T12:00:00Z"))

        #expect(moment.matches(from: noon, to: noon) == isMatch)
    }
}
