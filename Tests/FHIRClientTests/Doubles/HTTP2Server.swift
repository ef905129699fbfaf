import Foundation

/// A TLS server that negotiates only HTTP/2, and answers one request with handwritten frames (RFC 9113).
///
/// OpenSSL does TLS and ALPN: its output is what it decrypts, and it sends what it gets as input.
final class HTTP2Server: Sendable {
    /// What follows the header and the body `{}`.
    enum Ending: Sendable {
        case endOfStream, reset, nothing
        /// GOAWAY after the whole answer.
        case goodbye
        /// GOAWAY instead of the answer, saying that no stream was processed.
        case refusal
    }

    let certificates: TestCertificates
    let base: String
    private let process: Process

    init(ending: Ending) throws {
        certificates = try TestCertificates()
        process = certificates.server(["-alpn", "h2"])
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        base = "https://127.0.0.1:\(TestCertificates.port(in: output.fileHandleForReading))"
        let (process, reader, writer) = (process, output.fileHandleForReading, input.fileHandleForWriting)
        Thread {
            guard let stream = Self.stream(in: reader) else { return }
            try? writer.write(contentsOf: Self.answer(on: stream, ending))
            if ending == .nothing || ending == .refusal {
                poll(nil, 0, 200)
                process.end()
            }
        }.start()
    }

    deinit { process.end() }

    /// The number of the stream on which the request came, once its header is there; nil when the client leaves.
    private static func stream(in output: FileHandle) -> [UInt8]? {
        var bytes: [UInt8] = []
        while true {
            let data = output.availableData
            guard !data.isEmpty else { return nil }
            bytes += data
            guard let preface = bytes.firstRange(of: [UInt8]("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)) else { continue }
            var rest = bytes[preface.upperBound...]
            while rest.count >= 9 {
                let head = Array(rest.prefix(9))
                if head[3] == 1 { return Array(head[5...]) }
                rest = rest.dropFirst(9 + Int(head[0]) << 16 + Int(head[1]) << 8 + Int(head[2]))
            }
        }
    }

    private static func answer(on stream: [UInt8], _ ending: Ending) -> [UInt8] {
        let connection: [UInt8] = [0, 0, 0, 0]
        // SETTINGS and the acknowledgement of the client's; then the header, of which 0x88 is `:status: 200`.
        let greeting = frame(4, connection) + frame(4, flags: 1, connection)
        let start = greeting + frame(1, flags: 4, stream, [0x88])
        let body = [UInt8]("{}".utf8)
        switch ending {
        case .endOfStream: return start + frame(0, flags: 1, stream, body)
        case .reset: return start + frame(0, stream, body) + frame(3, stream, [0, 0, 0, 0])
        case .nothing: return start + frame(0, stream, body)
        case .goodbye: return start + frame(0, flags: 1, stream, body) + frame(7, connection, stream + [0, 0, 0, 0])
        case .refusal: return greeting + frame(7, connection, connection + [0, 0, 0, 0])
        }
    }

    private static func frame(_ type: UInt8, flags: UInt8 = 0, _ stream: [UInt8], _ payload: [UInt8] = []) -> [UInt8] {
        [0, 0, UInt8(payload.count), type, flags] + stream + payload
    }
}
