import FHIRClient
import PDex
import PDexTesting
import Synchronization
import Testing

/// How many requests a server gets at once (RD-21).
@Suite("Requests at once")
struct HostLimiterTests {
    private let page = HTTPResponse.json(#"{"resourceType":"Bundle","type":"searchset"}"#)

    @Test(
        "a server gets four at first, and more as it answers, up to what the configuration allows",
        arguments: [1, 3, 8])
    func grows(most: Int) async throws {
        let gate = Gate()
        let page = page
        let client = try client(most: most) { _, _ in
            await gate.pass()
            return page
        }

        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { _ = try await client.search(SearchQuery("Encounter")) } }
            try await group.waitForAll()
        }

        #expect(gate.peak <= most)
        #expect(gate.peak >= min(most, 4))
    }

    @Test("a pressed server gets one at a time after a few refusals, and what is waited for says so")
    func shrinks() async throws {
        let told = Mutex<[String]>([])
        let page = page
        let client = try client(
            most: 8, waits: { seconds, why in told.withLock { $0.append("\(Int(seconds)) \(why)") } }
        ) {
            _, number in number <= 3 ? .json("", status: 429, headers: ["Retry-After": "30"]) : page
        }

        _ = try await client.search(SearchQuery("Encounter"))

        #expect(
            told.withLock { $0 } == [
                "30 clinic0 asks for it (Retry-After); 2 of 8 slots",
                "30 clinic0 asks for it (Retry-After); 1 of 8 slots",
                "30 clinic0 asks for it (Retry-After); 1 of 8 slots",
            ])
    }

    @Test("answers that take many times as long as the best one count as pressure")
    func noticesSlowness() async throws {
        let told = Mutex<[String]>([])
        let clock = ManualClock()
        let client = try client(most: 8, clock: clock, waits: { _, why in told.withLock { $0.append(why) } }) {
            _, number in
            clock.advance(seconds: number == 1 ? 0.5 : 9)
            return number == 3
                ? .json("", status: 502, headers: ["Retry-After": "30"])
                : .json(
                    #"{"resourceType":"Bundle","type":"searchset"}"#)
        }

        _ = try await client.search(SearchQuery("Encounter"))
        _ = try await client.search(SearchQuery("Encounter"))
        _ = try await client.search(SearchQuery("Encounter"))

        #expect(told.withLock { $0 } == ["clinic0 asks for it (Retry-After); 1 of 8 slots"])
    }

    @Test("whoever waits for a slot and is cancelled gives up, and the slot is not lost")
    func cancels() async throws {
        let gate = Gate(isOpen: false)
        let page = page
        let client = try client(most: 1) { _, _ in
            await gate.pass()
            return page
        }
        let first = Task { try await client.search(SearchQuery("Encounter")) }
        await gate.arrival()
        let second = Task { try await client.search(SearchQuery("Encounter")) }

        // By now it is in the queue; if not, it is cancelled before, which must end the same way.
        for _ in 0..<1000 { await Task.yield() }
        second.cancel()
        let result = await second.result
        gate.open()
        _ = try await first.value
        _ = try await client.search(SearchQuery("Encounter"))

        #expect(throws: CancellationError.self) { try result.get() }
    }

    private func client(
        most: Int, clock: ManualClock = ManualClock(),
        waits: @escaping @Sendable (Double, String) -> Void = { _, _ in },
        _ answer: @escaping @Sendable (HTTPRequest, Int) async throws -> HTTPResponse
    ) throws -> ClinicClient {
        var connection = AuthorizationServer.connection()
        connection.authorization = .none
        connection.maxConnections = most
        return ClinicClient(
            try ServerSession(
                connection, keys: try #require(TestKeys.both), transport: FunctionTransport(answer), clock: clock,
                retry: ReadRetry(jitter: { 1 }), waits: waits))
    }
}
