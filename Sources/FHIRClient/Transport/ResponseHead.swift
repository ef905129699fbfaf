/// The header of an answer, read line by line, and what it says about where the body ends.
///
/// Libcurl reads framing too; this reads it again, strictly, so that an answer on which two readers could disagree
/// (RFC 9112 §6.3) is refused instead of believed.
struct ResponseHead {
    /// The header is not valid HTTP.
    struct Malformed: Error {}

    /// How the end of the body is recognised.
    enum Framing: Equatable {
        /// There is no body.
        case none
        /// After this many bytes.
        case length(Int)
        /// Libcurl sees the last chunk, or HTTP/2's end of stream.
        case announced
        /// Only by the end of the connection.
        case close
    }

    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    private(set) var isFinished = false
    private var isHTTP2 = false
    private var byteCount = 0

    static let maxBytes = 64 << 10

    /// Takes one line with its end; returns true when it ends the header of a final answer.
    mutating func take(_ line: UnsafeRawBufferPointer) throws(Malformed) -> Bool {
        byteCount += line.count
        guard byteCount <= Self.maxBytes else { throw Malformed() }
        // Trailer fields after the last chunk: nothing here uses them.
        if isFinished { return false }
        guard line.last == UInt8(ascii: "\n") else { throw Malformed() }
        let text = line.dropLast(line.dropLast().last == UInt8(ascii: "\r") ? 2 : 1)
        if text.starts(with: "HTTP/".utf8) {
            try startBlock(text)
        } else if text.isEmpty {
            isFinished = status >= 200
            return isFinished
        } else {
            try takeField(text)
        }
        return false
    }

    /// How the end of the body is recognised; throws when the header contradicts itself.
    func framing() throws(Malformed) -> Framing {
        let lengths = Set(headers.values(of: "Content-Length"))
        let codings = headers.values(of: "Transfer-Encoding")
        guard lengths.count <= 1, codings.count <= 1, lengths.isEmpty || codings.isEmpty else { throw Malformed() }
        if let coding = codings.first {
            guard !isHTTP2, coding.lowercased() == "chunked" else { throw Malformed() }
        }
        let length = try lengths.first.map(Self.number)
        if status == 204 || status == 304 { return .none }
        if !codings.isEmpty { return .announced }
        if let length { return .length(length) }
        return isHTTP2 ? .announced : .close
    }

    /// Whether an answer that says gzip may have no body: 202, 204 and 304 may, with the fields of another answer; a
    /// 200 without one means that the encoder failed before its first byte.
    var mayBeEmpty: Bool { status != 200 }

    /// Whether the body is gzip; throws for any other coding, because none was offered.
    func isGzip() throws(Malformed) -> Bool {
        let codings = headers.values(of: "Content-Encoding").map { $0.lowercased() }.filter { $0 != "identity" }
        guard let coding = codings.first else { return false }
        guard codings.count == 1, coding == "gzip" || coding == "x-gzip" else { throw Malformed() }
        return true
    }

    private mutating func startBlock(_ line: Slice<UnsafeRawBufferPointer>) throws(Malformed) {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, words[1].count == 3,
            let status = Int(String(decoding: words[1], as: UTF8.self)), 100...599 ~= status
        else { throw Malformed() }
        self.status = status
        isHTTP2 = words[0].elementsEqual("HTTP/2".utf8)
        headers = HTTPHeaders()
    }

    private mutating func takeField(_ line: Slice<UnsafeRawBufferPointer>) throws(Malformed) {
        guard status != 0, let colon = line.firstIndex(of: UInt8(ascii: ":")), colon != line.startIndex,
            line[..<colon].allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !line.contains(0)
        else { throw Malformed() }
        let blank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        var value = line[line.index(after: colon)...].drop(while: blank)
        while value.last.map(blank) == true { value = value.dropLast() }
        headers.append(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private static func number(_ text: String) throws(Malformed) -> Int {
        guard !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let number = Int(text)
        else { throw Malformed() }
        return number
    }
}
