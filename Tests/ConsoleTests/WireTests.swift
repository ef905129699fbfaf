import FHIR
import Foundation
import Logging
import PDex
import PDexTesting
import Serving
import Testing

@testable import Console

/// Over the loopback interface and byte for byte, because what happens there needs no token.
@Suite("The port of a server")
struct WireTests {
    private static let head = "POST /v1/member-requests HTTP/1.1\nHost: x\nContent-Type: application/json\n"
    private static let live = "GET /health/live HTTP/1.1\nHost: x\n\n"
    private static let short = Duration.milliseconds(50)

    @Test("closes a connection whose request never comes to the end of its head")
    func halfHead() async throws {
        try await serving(PeerBounds(idle: Self.short)) { port in
            let peer = try RawPeer(port: port)
            peer.say("GET /health/live HTTP/1.1\nHost:")

            #expect(await peer.hear() == "")
        }
    }

    @Test("answers 408 where a body does not come to its end in time, and closes")
    func lateBody() async throws {
        try await serving(PeerBounds(body: Self.short)) { port in
            let peer = try RawPeer(port: port)
            peer.say(Self.head + "Content-Length: 100\n\n{")

            let heard = await peer.hear() ?? ""

            #expect(heard.hasPrefix("HTTP/1.1 408 "))
            #expect(heard.contains("application/problem+json") && heard.contains("Too late"))
        }
    }

    @Test(
        "answers 400 to a body that is not as HTTP has it, or breaks off, and closes",
        arguments: ["Transfer-Encoding: chunked\n\nzz\n{}\n", "Content-Length: 100\n\n{"])
    func brokenBody(rest: String) async throws {
        try await serving { port in
            let peer = try RawPeer(port: port)
            peer.say(Self.head + rest)
            peer.fallSilent()

            let heard = await peer.hear() ?? ""

            #expect(heard.hasPrefix("HTTP/1.1 400 "))
            #expect(heard.contains("application/problem+json") && heard.contains("Broken off"))
        }
    }

    @Test("hangs up on who does not read the answer")
    func unread() async throws {
        // With one place, the second gets in when the first has been disconnected.
        let bounds = PeerBounds(connections: 1, answer: Self.short)
        try await Door.serving(
            Flood(), bodyLimit: 1, clock: ManualClock(Instant(seconds: 0)), bounds: bounds
        ) { port in
            let first = try RawPeer(port: port)
            first.say(Self.live)
            _ = await first.hear(until: "A")

            let second = try RawPeer(port: port)
            second.say(Self.live)

            #expect(await second.hear(until: "A") != nil)
            #expect((await first.hear() ?? "").utf8.count < Flood.length)
        }
    }

    @Test("holds so many connections and no more; others wait for their turn")
    func crowded() async throws {
        try await serving(PeerBounds(connections: 2)) { port in
            let held = [try RawPeer(port: port), try RawPeer(port: port)]
            for peer in held {
                peer.say(Self.live)
                _ = await peer.hear(until: "live\"}")
            }
            let waiting = try RawPeer(port: port)
            waiting.say(Self.live)

            // Long enough for it to be answered, if it were let in.
            for _ in 0..<50 {
                held[0].say(Self.live)
                _ = await held[0].hear(until: "live\"}")
            }
            let isServed = waiting.isSpokenTo
            held[1].fallSilent()

            #expect(!isServed)
            #expect(await waiting.hear(until: "live\"}")?.hasPrefix("HTTP/1.1 200 ") == true)
        }
    }

    @Test(
        "closes after its answer where the peer keeps no connection",
        arguments: ["HTTP/1.0\n\n", "HTTP/1.1\nHost: x\nConnection: Close\n\n"])
    func notKept(rest: String) async throws {
        try await serving { port in
            let peer = try RawPeer(port: port)
            peer.say("GET /health/live " + rest)

            let heard = await peer.hear() ?? ""

            #expect(heard.hasPrefix("HTTP/1.1 200 ") && heard.contains("Connection: close"))
            #expect(heard.hasSuffix("}"))
        }
    }

    @Test("tells who asks first that the body may come")
    func expected() async throws {
        try await serving { port in
            let peer = try RawPeer(port: port)
            peer.say(Self.head + "Authorization: Bearer \(APIHarness.token)\n")
            peer.say("Expect: 100-continue\nContent-Length: 18\n\n")

            let first = await peer.hear(until: "\r\n\r\n") ?? ""
            peer.say(#"{"patient": "joe"}"#)

            #expect(first.hasPrefix("HTTP/1.1 100 "))
            #expect(await peer.hear(until: "Task")?.hasPrefix("HTTP/1.1 202 ") == true)
        }
    }

    @Test("is closed where the service was asked to stop before it was bound", .timeLimit(.minutes(1)))
    func stoppedEarly() async throws {
        let harness = try APIHarness()
        let api = Self.api(harness)

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { try await api.run() }
            try await group.waitForAll()
        }

        let port = try await api.bound.port()
        #expect(throws: POSIXError.self) { try RawPeer(port: port) }
    }

    private func serving(_ bounds: PeerBounds = PeerBounds(), _ body: (Int) async throws -> Void) async throws {
        let harness = try APIHarness()
        try await Door.serving(
            Self.api(harness), bodyLimit: APIServer.bodyLimit, clock: harness.night.clock, bounds: bounds, body)
    }

    private static func api(_ harness: APIHarness) -> APIServer {
        let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        return APIServer(harness.api, host: "127.0.0.1", port: 0, clock: harness.night.clock, logger: logger)
    }

    /// Answers with more than the system holds for a peer that does not read.
    private struct Flood: Endpoint {
        static let length = 64 << 20

        let bound = BoundPort()

        func answer(_ request: ServedRequest) async -> ServedAnswer {
            ServedAnswer(200, [UInt8](repeating: UInt8(ascii: "A"), count: Self.length))
        }
        func answer(to flaw: BodyFlaw) -> ServedAnswer { ServedAnswer(flaw.status) }
    }
}
