import FHIRClient
import PDexTesting
import Synchronization
import Testing

/// What the transport does to hostile servers and for impatient callers (reliability F1, F3, T1 to T3).
@Suite("Transport over libcurl")
struct CurlTransportTests {
    private let transport = CurlTransport()

    @Test("a redirect is returned, and the other listener sees nothing", arguments: [301, 302, 303, 307, 308])
    func followsNoRedirect(status: Int) async throws {
        let thief = try Listener { _, _ in .ok("{}") }
        let target = thief.base
        let server = try Listener { _, _ in .ok("", "Location: \(target)/\r\n", status: status) }
        var request = try get(server.base)
        request.headers["Authorization"] = "Bearer canary"

        let response = try await transport.send(request)

        #expect(response.status == status)
        #expect(thief.received.isEmpty)
    }

    @Test("a gzip bomb stops at the ratio, in one member or in many, an endless body at the cap", arguments: [1, 64])
    func stopsBombs(members: Int) async throws {
        let member = gzip([UInt8](repeating: 0x20, count: (64 << 20) / members), level: 9)
        let bomb = [UInt8]([[UInt8]](repeating: member, count: members).joined())
        let length = bomb.count
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\nContent-Encoding: gzip\r\n\r\n"
        let bomber = try Listener { _, _ in .close([UInt8](head.utf8) + bomb) }
        let endless = try Listener { _, _ in
            .endless(
                [UInt8]("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8),
                piece: [UInt8]("1000\r\n".utf8) + [UInt8](repeating: 0x20, count: 0x1000) + [UInt8]("\r\n".utf8))
        }
        var capped = try get(endless.base)
        capped.maxBodyBytes = 1 << 20

        await #expect(throws: tooLarge) { try await transport.send(try get(bomber.base)) }
        await #expect(throws: tooLarge) { try await transport.send(capped) }
    }

    @Test("headers without end are refused")
    func capsHeaders() async throws {
        let server = try Listener { _, _ in
            .endless(
                [UInt8]("HTTP/1.1 200 OK\r\n".utf8),
                piece: [UInt8]("X-Filler: \(String(repeating: "x", count: 900))\r\n".utf8))
        }

        await #expect(throws: TransportError.self) { try await transport.send(try get(server.base)) }
    }

    @Test("a stream that nobody reads holds its server back, and lets it go on when it is read again")
    func holdsBack() async throws {
        let flood = Flood(most: 256 << 20)
        let piece = [UInt8]("20000\r\n".utf8) + [UInt8](repeating: 0x20, count: 0x20000) + [UInt8]("\r\n".utf8)
        let server = try Listener { _, _ in
            .hand([UInt8]("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)) { flood.pour(piece, into: $0) }
        }

        var request = try get(server.base)
        request.maxBodyBytes = 1 << 30

        var body = try await transport.stream(request).body.makeAsyncIterator()
        var read = try await body.next()?.count ?? 0
        let taken = await flood.taken()

        // Some megabytes that the system buffers itself, and not all that the server wants to write.
        #expect(taken < 64 << 20)
        while let piece = try await body.next(), read <= taken { read += piece.count }
        #expect(read > taken)
    }

    @Test("cancelling a task ends its request at once, before and after the header")
    func cancels() async throws {
        let silent = try Listener { _, _ in .hang([]) }
        let stalled = try Listener { _, _ in .hang([UInt8]("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".utf8))
        }
        let clock = ContinuousClock()

        for server in [silent, stalled] {
            let request = try get(server.base)
            let task = Task { try await transport.send(request) }
            while server.received.isEmpty { await Task.yield() }
            let cancelled = clock.now
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            // Far below the idle time-out of a minute, and far above what a busy machine needs.
            #expect(clock.now - cancelled < .seconds(20))
        }
    }

    @Test("a server that says nothing is given up after the idle time-out")
    func endsSilence() async throws {
        let silent = try Listener { _, _ in .hang([]) }
        var request = try get(silent.base)
        request.timeouts = HTTPRequest.Timeouts(idle: 0.2, total: nil)

        await #expect(throws: timedOut) { try await transport.send(request) }
    }

    @Test("a server that drips its header is given up after the idle time-out")
    func endsDrippingHeader() async throws {
        let dripping = try Listener { _, _ in
            .drip(
                [UInt8]("HTTP/1.1 200 OK\r\n".utf8),
                pieces: Array(repeating: [UInt8]("X-Patience: 1\r\n".utf8), count: 50)
                    + [[UInt8]("Content-Length: 2\r\n\r\n{}".utf8)], milliseconds: 20)
        }
        var request = try get(dripping.base)
        request.timeouts = HTTPRequest.Timeouts(idle: 0.3, total: nil)

        await #expect(throws: timedOut) { try await transport.send(request) }
    }

    @Test(
        "a server that drips, never idle, is given up after the total or when it is slower than the pace",
        arguments: [(0.3, 60), (nil, 0.3)] as [(Double?, Double)])
    func endsDripping(total: Double?, pace: Double) async throws {
        // 50 bytes a second, half of the slowest pace, for two seconds.
        let dripping = try Listener { _, _ in
            .drip(Self.head(of: 100), pieces: Array(repeating: [0x20], count: 100), milliseconds: 20)
        }
        var request = try get(dripping.base)
        request.timeouts = HTTPRequest.Timeouts(idle: 60, total: total)
        request.timeouts.pace = pace

        await #expect(throws: timedOut) { try await transport.send(request) }
        await #expect(throws: timedOut) {
            for try await _ in try await transport.stream(request).body {}
        }
    }

    /// 2,500 bytes a second: enough for a page, not for a file.
    private static func slow(pieces: Int) throws -> Listener {
        let body = Array(repeating: [UInt8](repeating: 0x20, count: 50), count: pieces)
        return try Listener { _, _ in .drip(Self.head(of: 50 * pieces), pieces: body, milliseconds: 20) }
    }

    @Test("a server that is slow, but keeps the pace, is read to the end")
    func bearsSlowness() async throws {
        let slow = try Self.slow(pieces: 50)
        var request = try get(slow.base)
        request.timeouts.pace = 0.2

        #expect(try await transport.send(request).body.count == 2500)
    }

    @Test("a file has twelve hours, and has to come faster than a page")
    func hurriesFiles() async throws {
        let slow = try Self.slow(pieces: 100)
        var request = try get(slow.base)
        request.timeouts = .download
        request.timeouts.pace = 0.3

        #expect(request.timeouts.total == 43_200)
        await #expect(throws: timedOut) {
            for try await _ in try await transport.stream(request).body {}
        }
    }

    @Test("a post that a kept connection loses is not sent a second time")
    func repeatsNoPost() async throws {
        let server = try Listener { _, number in number == 1 ? .ok("{}") : .close([]) }
        var request = try get(server.base)
        request.method = .post
        request.body = [UInt8]("{}".utf8)
        let one = CurlTransport(TransportOptions(maxThreads: 1))

        let first = try await one.send(request)
        let error = await #expect(throws: TransportError.self) { try await one.send(request) }

        #expect(error?.mayHaveArrived == true)
        #expect(first.status == 200)
        #expect(server.received.count == 2)
    }

    @Test("a connection that cannot be made says that the request cannot have arrived")
    func knowsWhatCannotHaveArrived() async throws {
        let server = try Listener { _, _ in .close([]) }
        server.stop()

        let error = await #expect(throws: TransportError.self) { try await transport.send(try get(server.base)) }

        #expect(error?.reason == .unreachable)
        #expect(error?.mayHaveArrived == false)
    }

    @Test("a header value with a line break is not sent")
    func refusesHeaderInjection() async throws {
        let server = try Listener { _, _ in .ok("{}") }
        var request = try get(server.base)
        request.headers["X-Request-Id"] = "1\r\nAuthorization: Bearer canary"

        await #expect(throws: TransportError(.unsendable, mayHaveArrived: false)) { try await transport.send(request) }
        #expect(server.received.isEmpty)
    }

    @Test("many requests at once share the threads, and connections are kept")
    func sharesThreads() async throws {
        let server = try Listener { request, _ in .ok(#"{"at":"\#(request.target)"}"#) }
        let base = server.base
        let four = CurlTransport(TransportOptions(maxThreads: 4))

        let right = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let response = try await four.send(try get("\(base)/\(number)"))
                    return response.body == [UInt8](#"{"at":"/\#(number)"}"#.utf8)
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }

        #expect(right == 200)
    }

    private static func head(of length: Int) -> [UInt8] {
        [UInt8]("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n".utf8)
    }

    private let timedOut = TransportError(.timedOut, mayHaveArrived: true)
    private let tooLarge = TransportError(.tooLarge, mayHaveArrived: true, libraryCode: 23)
}
