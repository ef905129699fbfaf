import Testing

@testable import Pipeline

@Suite("CSV as RFC 4180 has it")
struct CSVReaderTests {
    @Test(
        "fields are read as they are meant, whatever the line ends",
        arguments: [
            ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
            ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
            ("\u{FEFF}a,b\r\n", [["a", "b"]]),
            ("\"a,\"\"b\"\"\nc\",d\n", [["a,\"b\"\nc", "d"]]),
            ("a,\n,\n\n\r\nb,c\n", [["a", ""], ["", ""], ["b", "c"]]),
            ("\"\",x\n", [["", "x"]]),
        ])
    func fields(text: String, expected: [[String]]) {
        for size in [1, 2, 3, 1000] {
            #expect(Self.records(text, by: size).compactMap(\.fields) == expected)
        }
    }

    @Test(
        "what is malformed is told with the line on which it begins, and what follows is read",
        arguments: [
            ("a\n\"b\"c\nd\n", 2, "something stands behind a closing quote", 2),
            ("a\nb\"c\nd\n", 2, "a quote stands inside a field that is not quoted", 2),
            ("a\nb\rc\nd\n", 2, "a carriage return stands alone", 2),
            ("a\n\"b\nc\n", 2, "a quote is opened and never closed", 1),
            ("a\nb\u{1}\nd\n", 2, "a field holds a control character", 2),
        ])
    func malformed(text: String, line: Int, reason: String, good: Int) {
        let records = Self.records(text, by: 3)
        #expect(records.filter { $0.fields == nil }.map(\.line) == [line])
        #expect(records.compactMap(\.flaw) == [reason])
        #expect(records.compactMap(\.fields).count == good)
    }

    @Test("a quote that is never closed does not fill the memory, and the file is read on at a line end")
    func openQuote() {
        let text = "a\n\"" + String(repeating: "x", count: 70_000) + "\nb\n"
        let records = Self.records(text, by: 4096)
        #expect(records.map(\.line) == [1, 2, 3])
        #expect(records[1].flaw?.hasPrefix("the record has more than 64 KiB") == true)
    }

    @Test("bytes that are not UTF-8 are no text")
    func notText() {
        let bytes: [UInt8] = [0x61, 0x0A, 0xFF, 0x0A]
        var reader = CSVReader()
        var flaws: [String?] = []
        bytes.withUnsafeBytes { reader.append($0) { flaws.append($0.flaw) } }
        #expect(flaws == [nil, "a field is not UTF-8"])
    }

    private static func records(_ text: String, by size: Int) -> [CSVReader.Record] {
        var reader = CSVReader()
        var records: [CSVReader.Record] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            Array(bytes[start..<min(start + size, bytes.count)]).withUnsafeBytes {
                reader.append($0) { records.append($0) }
            }
        }
        reader.finish { records.append($0) }
        return records
    }
}
