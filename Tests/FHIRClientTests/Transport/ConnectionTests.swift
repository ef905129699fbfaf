import FHIRClient
import PDexTesting
import Testing

/// Connections that are not made, and names with several addresses (reliability N2, N11, N14).
@Suite("Connections")
struct ConnectionTests {
    @Test("a connection that is neither made nor refused is given up after its time-out, and nothing was sent")
    func givesUp() async throws {
        let port = try FullPort()
        var request = try get(port.base)
        request.timeouts = HTTPRequest.Timeouts(connect: 0.2, idle: 60, total: nil)

        let error = await #expect(throws: TransportError.self) { try await CurlTransport().send(request) }

        #expect(error?.reason == .timedOut || error?.reason == .unreachable)
        #expect(error?.mayHaveArrived == false)
    }

    @Test("of a name's two addresses, of which one is dead, the other is asked")
    func triesTheOther() async throws {
        // The listener has an IPv4 address only, and the name ::1 too.
        let server = try Listener { _, _ in .ok("{}") }

        let response = try await CurlTransport().send(try get("http://localhost:\(server.port)"))

        #expect(response.status == 200)
    }

    @Test("a connection that the server closes between two requests is made anew, and neither is lost")
    func connectsAgain() async throws {
        let server = try Listener { _, _ in .close([UInt8]("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".utf8)) }
        let one = CurlTransport(TransportOptions(maxThreads: 1))

        for _ in 0..<20 { #expect(try await one.send(try get(server.base)).status == 200) }

        #expect(server.received.count == 20)
    }
}
