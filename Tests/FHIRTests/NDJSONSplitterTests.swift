import FHIR
import SampleData
import Testing

@Suite("A stream of NDJSON")
struct NDJSONSplitterTests {
    /// The lines and their numbers, when the text arrives in chunks of that size.
    private func split(_ text: String, chunk: Int, maxLine: Int = 100) throws -> [String] {
        var splitter = NDJSONSplitter(maxLine: maxLine)
        var lines: [String] = []
        let bytes = [UInt8](text.utf8)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            try [UInt8](bytes[start..<min(start + chunk, bytes.count)]).withUnsafeBytes { piece in
                try splitter.append(piece) { lines.append(String(decoding: $0, as: UTF8.self)) }
            }
        }
        try splitter.finish { lines.append(String(decoding: $0, as: UTF8.self)) }
        return lines
    }

    @Test("gives the same lines wherever it is cut into chunks", arguments: 1...60)
    func isCutAnywhere(chunk: Int) throws {
        let text = "{\"a\":1}\n\n{\"bé\":\"😀\"}\r\n   \r\n\t\n{}\n\n\n[1,2,3,4,5,6,7,8,9]\r\n{\"last\":true}"
        let lines = ["{\"a\":1}", "{\"bé\":\"😀\"}", "{}", "[1,2,3,4,5,6,7,8,9]", "{\"last\":true}"]
        #expect(try split(text, chunk: chunk) == lines)
        #expect(try split(text + "\n", chunk: chunk) == lines)
    }

    @Test("gives what splitting at line feeds gives, for any text", arguments: 0..<100 as Range<UInt64>)
    func agreesWithSplit(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let text = (0..<200).map { _ in ["a", "\n", "bcdefghij", "é"].randomElement(using: &random) ?? "" }.joined()
        let chunk = Int.random(in: 1...50, using: &random)
        #expect(try split(text, chunk: chunk, maxLine: 2_000) == text.split(separator: "\n").map(String.init))
    }

    @Test("counts its lines, blank ones too")
    func counts() throws {
        var splitter = NDJSONSplitter()
        var numbers: [Int] = []
        #expect(splitter.lineNumber == 0)
        try Array("a\n\n\nb\n".utf8).withUnsafeBytes { chunk in
            var seen = 0
            try splitter.append(chunk) { _ in seen += 1 }
            #expect(seen == 2)
        }
        numbers.append(splitter.lineNumber)
        try Array("c".utf8).withUnsafeBytes { chunk in try splitter.append(chunk) { _ in } }
        numbers.append(splitter.lineNumber)
        try splitter.finish { _ in }
        numbers.append(splitter.lineNumber)
        #expect(numbers == [4, 4, 5])
    }

    @Test("of an empty body gives nothing")
    func isEmpty() throws {
        #expect(try split("", chunk: 1).isEmpty)
        var splitter = NDJSONSplitter()
        try splitter.append(UnsafeRawBufferPointer(start: nil, count: 0)) { _ in Issue.record("a line from nowhere") }
    }

    @Test("with a line of the greatest length is read, and one byte more refused", arguments: [1, 3, 9, 10, 11, 100])
    func limitsLines(chunk: Int) {
        let longest = String(repeating: "x", count: 10)
        #expect(throws: Never.self) { try split("a\n\(longest)\nb", chunk: chunk, maxLine: 10) }
        #expect(throws: NDJSONError.lineTooLong(line: 2, limit: 10)) {
            try split("a\n\(longest)y\nb", chunk: chunk, maxLine: 10)
        }
        #expect(throws: NDJSONError.lineTooLong(line: 2, limit: 10)) {
            try split("a\n\(longest)y", chunk: chunk, maxLine: 10)
        }
    }

    @Test("stops when a line is refused, and knows which")
    func stops() throws {
        struct Refusal: Error {}
        var splitter = NDJSONSplitter()
        #expect(throws: Refusal.self) {
            try Array("a\nb\nc\n".utf8).withUnsafeBytes { chunk in
                try splitter.append(chunk) { line in if line.first == UInt8(ascii: "b") { throw Refusal() } }
            }
        }
        #expect(splitter.lineNumber == 2)
    }
}
