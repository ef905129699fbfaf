import CZlib

/// An HTTP answer before it is framed.
struct Answer: Sendable {
    /// How the body's end is told.
    enum Framing: String, Sendable, CaseIterable {
        case length, chunked, gzip, gzipChunked, close, gzipClose

        var isGzip: Bool { rawValue.hasPrefix("gzip") }
        var isChunked: Bool { self == .chunked || self == .gzipChunked }
        var isClose: Bool { self == .close || self == .gzipClose }
        /// How many bytes of the end say nothing: chunked is complete with its zero-sized chunk (RFC 9112 §8).
        var idleEnd: Int { isChunked ? 1 : 0 }
    }

    var status = 200
    var fields: [String] = ["Content-Type: application/fhir+json", "Date: Mon, 01 Jun 2026 02:15:00 GMT"]
    var body: [UInt8] = []

    init(_ body: [UInt8], status: Int = 200, _ more: String...) {
        self.body = body
        self.status = status
        fields += more
    }

    init(_ text: String = "", status: Int = 200, _ more: String...) {
        self.init([UInt8](text.utf8), status: status)
        fields += more
    }

    /// Status line and fields, with more of them, up to the body.
    func head(_ more: String...) -> [UInt8] {
        [UInt8](("HTTP/1.1 \(status) X\r\n" + (fields + more).map { $0 + "\r\n" }.joined() + "\r\n").utf8)
    }

    /// Everything as it goes over the wire.
    func wire(_ framing: Framing = .length) -> [UInt8] {
        let coded = framing.isGzip ? HostileTests.gzip(body) : body
        var answer = self
        if framing.isGzip { answer.fields.append("Content-Encoding: gzip") }
        if framing.isClose { return answer.head() + coded }
        if !framing.isChunked { return answer.head("Content-Length: \(coded.count)") + coded }
        let half = coded.count / 2
        return answer.head("Transfer-Encoding: chunked") + Self.chunk(coded[..<half]) + Self.chunk(coded[half...])
            + [UInt8]("0\r\n\r\n".utf8)
    }

    /// One chunk.
    static func chunk(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.isEmpty ? [] : [UInt8]("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [UInt8]("\r\n".utf8)
    }
}

/// Writes one gzip member.
func gzip(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
    var input = bytes
    var stream = z_stream()
    var output = [UInt8](repeating: 0, count: bytes.count / 2 + 64 << 10)
    let count = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            czlib_deflate_gzip(&stream, level)
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            deflate(&stream, Z_FINISH)
            deflateEnd(&stream)
            return Int(stream.total_out)
        }
    }
    return Array(output[..<count])
}
