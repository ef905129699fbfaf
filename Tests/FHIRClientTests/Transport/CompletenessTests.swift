import FHIRClient
import PDexTesting
import Testing

/// A body is complete only when its end is proven: cut anywhere, it is an error (reliability F2, T4).
@Suite("Completeness of bodies")
struct CompletenessTests {
    /// How a body can be framed so that its end is known.
    enum Form: String, CaseIterable {
        case identity, chunked, gzip, gzipChunked, members, membersChunked

        func bytes(_ body: [UInt8]) -> [UInt8] {
            let coded = coded(body)
            let coding = self == .identity || self == .chunked ? "" : "Content-Encoding: gzip\r\n"
            guard isChunked else {
                return [UInt8]("HTTP/1.1 200 OK\r\nContent-Length: \(coded.count)\r\n\(coding)\r\n".utf8) + coded
            }
            let head = [UInt8]("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\(coding)\r\n".utf8)
            let half = coded.count / 2
            return head + chunk(coded[..<half]) + chunk(coded[half...]) + [UInt8]("0\r\n\r\n".utf8)
        }

        /// How many bytes at the end do not matter: chunked is complete with its zero-sized chunk (RFC 9112 §8), and
        /// the last line feed after it adds nothing.
        var idleEnd: Int { isChunked ? 1 : 0 }

        private var isChunked: Bool { rawValue.lowercased().hasSuffix("chunked") }

        private func coded(_ body: [UInt8]) -> [UInt8] {
            switch self {
            case .identity, .chunked: body
            case .gzip, .gzipChunked: PDexTesting.gzip(body)
            case .members, .membersChunked: inMembers(body).flatMap(\.self)
            }
        }

        private func chunk(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            [UInt8]("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [UInt8]("\r\n".utf8)
        }
    }

    private let body = [UInt8]((0..<12).map { #"{"resourceType":"Basic","id":"\#($0)"}"# }.joined(separator: "\n").utf8)
    private let transport = CurlTransport()

    @Test("a whole body is read whole", arguments: Form.allCases)
    func readsWhole(form: Form) async throws {
        let bytes = form.bytes(body)
        let server = try Listener { _, _ in .close(bytes) }

        let response = try await transport.send(try get(server.base))
        let streamed = try await collected(try get(server.base))

        #expect(response.body == body)
        #expect(response.isProvenComplete)
        #expect(streamed == body)
    }

    @Test("a body cut at any byte is never taken for a whole one", arguments: Form.allCases)
    func refusesEveryCut(form: Form) async throws {
        let bytes = form.bytes(body)
        let server = try Listener { request, _ in
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

    @Test(
        "what only the connection's end ends is unproven, gzip too: another member could have followed",
        arguments: ["", "Content-Encoding: gzip\r\n"])
    func marksCloseDelimited(coding: String) async throws {
        let coded = coding.isEmpty ? body : inMembers(body).flatMap(\.self)
        let head = [UInt8]("HTTP/1.1 200 OK\r\n\(coding)\r\n".utf8)
        let server = try Listener { request, _ in
            .close(head + coded.prefix(Int(request.target.dropFirst()) ?? 0))
        }

        var proven: [Int] = []
        for cut in 0...coded.count {
            let request = try get("\(server.base)/\(cut)")
            if (try? await transport.send(request))?.isProvenComplete == true { proven.append(cut) }
            if (try? await collected(request)) != nil { proven.append(cut) }
        }
        let whole = try await transport.send(try get("\(server.base)/\(coded.count)"))

        #expect(proven.isEmpty)
        #expect(whole.body == body)
        await #expect(throws: TransportError(.incomplete, mayHaveArrived: true)) {
            try await collected(try get("\(server.base)/\(coded.count)"))
        }
    }

    /// What can be wrong with gzip.
    enum Flaw: CaseIterable {
        case checkSum, length, zero, text, halfMagic, header, halfMember, secondCheckSum

        func applied(to coded: [UInt8]) -> [UInt8] {
            var flawed = coded
            switch self {
            case .checkSum: flawed[coded.count - 8] ^= 1
            case .length: flawed[coded.count - 4] ^= 1
            case .zero: flawed.append(0)
            case .text: flawed += "{}".utf8
            case .halfMagic: flawed.append(0x1f)
            case .header: flawed += coded.prefix(10)
            case .halfMember: flawed += coded.dropLast()
            case .secondCheckSum:
                flawed += coded
                flawed[flawed.count - 8] ^= 1
            }
            return flawed
        }
    }

    @Test(
        "gzip with a wrong check sum or length, or anything but whole members behind it, is refused",
        arguments: Flaw.allCases)
    func refusesWrongGzip(flaw: Flaw) async throws {
        let coded = flaw.applied(to: gzip(body))
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(coded.count)\r\nContent-Encoding: gzip\r\n\r\n"
        let server = try Listener { _, _ in .close([UInt8](head.utf8) + coded) }

        await #expect(throws: TransportError.self) { try await transport.send(try get(server.base)) }
    }

    @Test(
        "an answer without a body may say gzip, but not one that should have a body",
        arguments: [
            ("202 Accepted", "Content-Length: 0\r\n\r\n", true),
            ("202 Accepted", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true),
            ("204 No Content", "\r\n", true), ("304 Not Modified", "Content-Length: 900\r\n\r\n", true),
            ("202 Accepted", "Content-Length: 30\r\n\r\n", false), ("200 OK", "Content-Length: 0\r\n\r\n", false),
            ("200 OK", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false),
        ])
    func toleratesNothing(status: String, rest: String, isWhole: Bool) async throws {
        let server = try Listener { _, _ in
            .close([UInt8]("HTTP/1.1 \(status)\r\nContent-Encoding: gzip\r\n\(rest)".utf8))
        }

        let response = try? await transport.send(try get(server.base))
        let streamed = try? await collected(try get(server.base))

        #expect(response?.isProvenComplete == (isWhole ? true : nil))
        #expect(streamed == (isWhole ? [] : nil))
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
        let server = try Listener { _, _ in .close([UInt8]("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\n{}".utf8)) }

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

/// Gzip of `bytes` as three members, of which the second holds nothing.
func inMembers(_ bytes: [UInt8]) -> [[UInt8]] {
    [gzip(Array(bytes[..<(bytes.count / 3)])), gzip([]), gzip(Array(bytes[(bytes.count / 3)...]))]
}
