import FHIRClient
import Testing

/// A body is complete only when its end is proven: cut anywhere, it is an error (reliability F2, T4).
@Suite("Completeness of bodies")
struct CompletenessTests {
    /// How a body can be framed.
    enum Form: String, CaseIterable {
        case identity, chunked, gzip, gzipChunked, gzipUntilClose

        func bytes(_ body: [UInt8]) -> [UInt8] {
            let coded = rawValue.hasPrefix("gzip") ? FHIRClientTests.gzip(body) : body
            let coding = rawValue.hasPrefix("gzip") ? "Content-Encoding: gzip\r\n" : ""
            switch self {
            case .identity, .gzip:
                return [UInt8]("HTTP/1.1 200 OK\r\nContent-Length: \(coded.count)\r\n\(coding)\r\n".utf8) + coded
            case .chunked, .gzipChunked:
                let head = [UInt8]("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\(coding)\r\n".utf8)
                let half = coded.count / 2
                return head + chunk(coded[..<half]) + chunk(coded[half...]) + [UInt8]("0\r\n\r\n".utf8)
            case .gzipUntilClose:
                return [UInt8]("HTTP/1.1 200 OK\r\nConnection: close\r\n\(coding)\r\n".utf8) + coded
            }
        }

        /// How many bytes of the end say nothing: chunked is complete with its zero-sized chunk (RFC 9112 §8), and the
        /// last line feed behind it adds nothing.
        var idleEnd: Int { self == .chunked || self == .gzipChunked ? 1 : 0 }

        private func chunk(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            [UInt8]("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [UInt8]("\r\n".utf8)
        }
    }

    private let body = [UInt8]((0..<12).map { #"{"resourceType":"Basic","id":"\#($0)"}"# }.joined(separator: "\n").utf8)
    private let transport = CurlTransport()

    @Test("a whole body is read whole", arguments: Form.allCases)
    func readsWhole(form: Form) async throws {
        let bytes = form.bytes(body)
        let server = try ScriptedServer { _, _ in .close(bytes) }

        let response = try await transport.send(try get(server.base))
        let streamed = try await collected(try get(server.base))

        #expect(response.body == body)
        #expect(response.isProvenComplete)
        #expect(streamed == body)
    }

    @Test("a body cut at any byte is never taken for a whole one", arguments: Form.allCases)
    func refusesEveryCut(form: Form) async throws {
        let bytes = form.bytes(body)
        let server = try ScriptedServer { request, _ in
            .close(Array(bytes.prefix(Int(request.target.dropFirst()) ?? 0)))
        }

        var accepted: [Int] = []
        for cut in 0..<bytes.count - form.idleEnd {
            let request = try get("\(server.base)/\(cut)")
            if (try? await transport.send(request)) != nil { accepted.append(cut) }
            if (try? await collected(request)) != nil { accepted.append(cut) }
        }

        #expect(accepted.isEmpty)
    }

    @Test("a plain body that only the connection's end ends is unproven, and no stream ends with it")
    func marksCloseDelimited() async throws {
        let server = try ScriptedServer { _, _ in .close([UInt8]("HTTP/1.1 200 OK\r\n\r\n{}".utf8)) }

        let response = try await transport.send(try get(server.base))

        #expect(!response.isProvenComplete)
        await #expect(throws: TransportError(.incomplete, mayHaveArrived: true)) {
            try await collected(try get(server.base))
        }
    }

    /// What can be wrong with gzip.
    enum Flaw: CaseIterable {
        case checkSum, length, junk, secondMember

        func applied(to coded: [UInt8]) -> [UInt8] {
            var flawed = coded
            switch self {
            case .checkSum: flawed[coded.count - 8] ^= 1
            case .length: flawed[coded.count - 4] ^= 1
            case .junk: flawed.append(0)
            case .secondMember: flawed += coded
            }
            return flawed
        }
    }

    @Test(
        "gzip with a wrong check sum or length, a second member or anything behind it is refused",
        arguments: Flaw.allCases)
    func refusesWrongGzip(flaw: Flaw) async throws {
        let coded = flaw.applied(to: gzip(body))
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(coded.count)\r\nContent-Encoding: gzip\r\n\r\n"
        let server = try ScriptedServer { _, _ in .close([UInt8](head.utf8) + coded) }

        await #expect(throws: TransportError.self) { try await transport.send(try get(server.base)) }
    }

    @Test(
        "a header on which two readers could disagree is refused",
        arguments: [
            "Content-Length: 2\r\nContent-Length: 3", "Content-Length: -2", "Content-Length: 2, 2",
            "Content-Length: +2",
            "Content-Length: 2\r\nTransfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked",
            "Content-Length: 2\r\nContent-Encoding: br", "Content-Length: 2\r\nContent-Encoding: gzip, gzip",
        ])
    func refusesContradictions(fields: String) async throws {
        let server = try ScriptedServer { _, _ in .close([UInt8]("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\n{}".utf8)) }

        await #expect(throws: TransportError.self) { try await transport.send(try get(server.base)) }
    }

    private func collected(_ request: HTTPRequest) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in try await transport.stream(request).body { bytes += piece }
        return bytes
    }
}

/// A GET of a URL on this machine.
func get(_ url: String) throws -> HTTPRequest {
    HTTPRequest(.get, try OutboundPolicy(base: url).url(""))
}
