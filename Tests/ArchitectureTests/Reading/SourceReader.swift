/// Separates code from comments and string literals, as far as the rules need it.
///
/// Nested comments, raw and multi-line strings and interpolation are understood; regular-expression
/// literals are taken for code.
struct SourceReader {
    /// The code, byte for byte as long as the text, with spaces for what is not code.
    private(set) var code: [UInt8] = []
    /// The string literals met, without their quotes.
    private(set) var literals: [SourceFile.Literal] = []

    private let bytes: [UInt8]
    private var at = 0
    private var line = 1

    init(_ text: String) {
        bytes = Array(text.utf8)
        code.reserveCapacity(bytes.count)
    }

    /// Reads to the end.
    mutating func read() {
        while at < bytes.count { readCode(insideInterpolation: false) }
    }

    private mutating func readCode(insideInterpolation: Bool) {
        var depth = 0
        while at < bytes.count {
            if starts(with: "//") {
                while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { blank(1) }
            } else if starts(with: "/*") {
                readBlockComment()
            } else if let hashes = hashesBeforeQuote() {
                readString(hashes: hashes)
            } else {
                let byte = bytes[at]
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") {
                    if depth == 0 && insideInterpolation { return }
                    depth -= 1
                }
                keep()
            }
        }
    }

    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                blank(2)
            } else if starts(with: "*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && at < bytes.count
    }

    private mutating func readString(hashes: Int) {
        let fence = String(repeating: "#", count: hashes)
        blank(hashes)
        let quotes = starts(with: "\"\"\"") ? "\"\"\"" : "\""
        for _ in quotes.utf8 { keep() }
        let start = at
        let startLine = line
        while at < bytes.count, !starts(with: quotes + fence) {
            if starts(with: "\\" + fence + "(") {
                blank(hashes + 2)
                readCode(insideInterpolation: true)
                if at < bytes.count { blank(1) }
            } else if starts(with: "\\" + fence) {
                blank(hashes + 2)
            } else if quotes.utf8.count == 1, starts(with: "\n") {
                break
            } else {
                blank(1)
            }
        }
        literals.append(
            .init(line: startLine, text: String(decoding: bytes[start..<min(at, bytes.count)], as: UTF8.self)))
        for _ in quotes.utf8 where at < bytes.count { keep() }
        blank(hashes)
    }

    private func hashesBeforeQuote() -> Int? {
        var next = at
        guard bytes[at] == UInt8(ascii: "#") || bytes[at] == UInt8(ascii: "\"") else { return nil }
        while next < bytes.count, bytes[next] == UInt8(ascii: "#") { next += 1 }
        return next < bytes.count && bytes[next] == UInt8(ascii: "\"") ? next - at : nil
    }

    private func starts(with word: String) -> Bool {
        bytes[at] == word.utf8.first && bytes[at...].starts(with: word.utf8)
    }

    private mutating func keep() {
        code.append(bytes[at])
        advance()
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where at < bytes.count {
            code.append(bytes[at] == UInt8(ascii: "\n") ? bytes[at] : UInt8(ascii: " "))
            advance()
        }
    }

    private mutating func advance() {
        if bytes[at] == UInt8(ascii: "\n") { line += 1 }
        at += 1
    }
}
