/// An HTTP answer before it is framed.
public struct Answer: Sendable {
    /// How the end of the body is marked.
    public enum Framing: String, Sendable, CaseIterable {
        /// A content length.
        case length
        /// Two chunks and the empty one.
        case chunked
        /// Gzip, with a content length.
        case gzip
        /// Gzip in chunks.
        case gzipChunked
        /// Only by the end of the connection.
        case close
        /// Gzip, ended only by the end of the connection.
        case gzipClose

        var isGzip: Bool { rawValue.hasPrefix("gzip") }
        var isChunked: Bool { self == .chunked || self == .gzipChunked }
        /// Whether it ends only with the connection.
        public var isClose: Bool { self == .close || self == .gzipClose }
        /// How many bytes at the end are not needed: chunked is complete with its zero-sized chunk (RFC 9112 §8).
        public var idleEnd: Int { isChunked ? 1 : 0 }
    }

    /// The status.
    public var status = 200
    /// The header lines.
    public var fields: [String] = ["Content-Type: application/fhir+json", "Date: Mon, 01 Jun 2026 02:15:00 GMT"]
    /// The body before encoding.
    public var body: [UInt8] = []

    /// An answer with a body of bytes.
    public init(_ body: [UInt8], status: Int = 200, _ more: String...) {
        self.body = body
        self.status = status
        fields += more
    }

    /// An answer with a body of text.
    public init(_ text: String = "", status: Int = 200, _ more: String...) {
        self.init([UInt8](text.utf8), status: status)
        fields += more
    }

    /// Status line and fields, plus `more` of them, up to the body.
    public func head(_ more: String...) -> [UInt8] {
        [UInt8](("HTTP/1.1 \(status) X\r\n" + (fields + more).map { $0 + "\r\n" }.joined() + "\r\n").utf8)
    }

    /// Everything as it is sent over the wire.
    public func wire(_ framing: Framing = .length) -> [UInt8] {
        let coded = framing.isGzip ? PDexTesting.gzip(body) : body
        var answer = self
        if framing.isGzip { answer.fields.append("Content-Encoding: gzip") }
        if framing.isClose { return answer.head() + coded }
        if !framing.isChunked { return answer.head("Content-Length: \(coded.count)") + coded }
        let half = coded.count / 2
        return answer.head("Transfer-Encoding: chunked") + Self.chunk(coded[..<half]) + Self.chunk(coded[half...])
            + [UInt8]("0\r\n\r\n".utf8)
    }

    /// One chunk.
    public static func chunk(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.isEmpty ? [] : [UInt8]("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [UInt8]("\r\n".utf8)
    }
}
