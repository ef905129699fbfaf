@testable import Pipeline

extension FuzzTarget {
    /// However a roster is cut into chunks, the records are the same; records without flaws that are written and read
    /// again are unchanged.
    ///
    /// The first byte determines the size of the chunks.
    static let csv = FuzzTarget(
        name: "csv",
        seeds: [
            "\u{01}member-id,family\r\nm-1,Smith\r\n", "\u{03}a,\"b,\"\"c\"\"\n\",d\n", "\u{07}\u{FEFF}a,b\n1,\n",
            "\u{02}a,\"b\"c\n", "\u{02}a,\"b", "\u{05}a\rb\n\n,\n",
        ]
    ) { input in
        guard let size = input.first else { return }
        let file = UnsafeRawBufferPointer(rebasing: input[1...])
        let whole = records(of: file, chunk: max(file.count, 1))
        let pieces = records(of: file, chunk: Int(size) + 1)
        promise(whole == pieces, "the chunks decide about the records")
        promise(zip(whole, whole.dropFirst()).allSatisfy { $0.line < $1.line }, "a line is counted wrongly")
        promise(whole.allSatisfy { ($0.fields == nil) != ($0.flaw == nil) }, "a record is neither good nor bad")
        let good = whole.compactMap(\.fields)
        let again = Array(good.map(written).joined().utf8).withUnsafeBytes { records(of: $0, chunk: 64) }
        promise(again.map(\.fields) == good, "what is read is not what is written")
    }

    private struct Read: Equatable {
        let line: Int
        let fields: [String]?
        let flaw: String?
    }

    private static func records(of file: UnsafeRawBufferPointer, chunk: Int) -> [Read] {
        var reader = CSVReader()
        var found: [Read] = []
        let keep: (CSVReader.Record) -> Void = { found.append(Read(line: $0.line, fields: $0.fields, flaw: $0.flaw)) }
        for start in stride(from: 0, to: file.count, by: chunk) {
            reader.append(UnsafeRawBufferPointer(rebasing: file[start..<min(start + chunk, file.count)]), keep)
        }
        reader.finish(keep)
        return found
    }

    private static func written(_ fields: [String]) -> String {
        fields.map {
            "\"" + $0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
        .joined(separator: ",") + "\n"
    }
}
