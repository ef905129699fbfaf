import FHIR
import FHIRClient
import PDex
import PDexTesting
import Synchronization
import Testing

/// How all jobs of one process share the limits of a server (RD-21).
@Suite("A server shared by jobs")
struct SharedLimiterTests {
    private let page = HTTPResponse.json(#"{"resourceType":"Bundle","type":"searchset"}"#)

    @Test("a server that says when to come back is asked by no other job before", arguments: [429, 503])
    func pausesEverybody(status: Int) async throws {
        let clock = ManualClock()
        let began = clock.now()
        let asked = Mutex<[Double]>([])
        let transport = FunctionTransport { [page] _, number in
            asked.withLock { $0.append((clock.now() - began) / .seconds(1)) }
            return number == 1 ? .json("", status: status, headers: ["Retry-After": "30"]) : page
        }
        let limiters = HostLimiters()
        // This one has no try left, so the other comes next.
        let first = try client(transport, clock, limiters, tries: 1)
        let second = try client(transport, clock, limiters)

        _ = try? await first.search(SearchQuery("Encounter"))
        _ = try await second.search(SearchQuery("Encounter"))

        #expect(asked.withLock { $0 } == [0, 30])
    }

    @Test("what would be waited for too long is told with the time that is left, and not asked")
    func leavesLongPausesToTheCaller() async throws {
        let clock = ManualClock()
        let transport = FunctionTransport { _, _ in .json("", status: 503, headers: ["Retry-After": "600"]) }
        let limiters = HostLimiters()
        _ = try? await client(transport, clock, limiters).search(SearchQuery("Encounter"))
        clock.advance(seconds: 100)

        let fault = await #expect(throws: Fault.self) {
            try await client(transport, clock, limiters).search(SearchQuery("Encounter"))
        }

        #expect(fault?.code == .remoteThrottled)
        #expect(fault?.disposition == .retry)
        #expect(fault?.retryAfterSeconds == 500)
        #expect(transport.requests.count == 1)
    }

    @Test("a clock that is set back makes no pause longer than it was")
    func outlivesClocks() async throws {
        let clock = ManualClock()
        let transport = FunctionTransport { [page] _, number in
            number == 1 ? .json("", status: 429, headers: ["Retry-After": "30"]) : page
        }
        let limiters = HostLimiters()
        _ = try? await client(transport, clock, limiters, tries: 1).search(SearchQuery("Encounter"))
        clock.advance(seconds: -86_400)

        _ = try await client(transport, clock, limiters).search(SearchQuery("Encounter"))

        #expect(clock.sleeps == [30])
    }

    @Test("a server that wants years is asked again by the next")
    func doesNotBelieveYears() async throws {
        let clock = ManualClock()
        let transport = FunctionTransport { [page] _, number in
            number == 1 ? .json("", status: 429, headers: ["Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"]) : page
        }
        let limiters = HostLimiters()
        _ = try? await client(transport, clock, limiters).search(SearchQuery("Encounter"))

        _ = try await client(transport, clock, limiters).search(SearchQuery("Encounter"))

        #expect(clock.sleeps == [])
    }

    @Test("an export that has to wait its turn leaves the searches alone")
    func kickOffPausesNobody() async throws {
        let clock = ManualClock()
        let transport = FunctionTransport { [page] request, _ in
            request.url.text.contains("$export") ? .json("", status: 429, headers: ["Retry-After": "600"]) : page
        }
        let client = try client(transport, clock, HostLimiters())

        _ = try? await client.startExport(ExportRequest(level: .group("g"), types: [], since: nil))
        _ = try await client.search(SearchQuery("Encounter"))

        #expect(clock.sleeps == [])
    }

    @Test("two jobs together ask no more at once than one may, and of two settings the smaller counts")
    func sharesSlots() async throws {
        let gate = Gate()
        let transport = FunctionTransport { [page] _, _ in
            await gate.pass()
            return page
        }
        let limiters = HostLimiters()
        let clients = try [8, 2].map { try client(transport, ManualClock(), limiters, most: $0) }
        for client in clients { _ = try await client.search(SearchQuery("Encounter")) }

        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask { _ = try await clients[number % 2].search(SearchQuery("Encounter")) }
            }
            try await group.waitForAll()
        }

        #expect(gate.peak == 2)
    }

    @Test(
        "the more may be asked at once, the less may be in one answer",
        arguments: [(1, 64), (4, 32), (8, 16), (32, 8)])
    func sharesMemory(most: Int, mebibytes: Int) async throws {
        let transport = FunctionTransport { [page] _, _ in page }

        _ = try await client(transport, ManualClock(), HostLimiters(), most: most).search(SearchQuery("Encounter"))

        #expect(transport.requests.map(\.maxBodyBytes) == [mebibytes << 20])
    }

    @Test("another server goes on")
    func tellsServersApart() async throws {
        let clock = ManualClock()
        let transport = FunctionTransport { [page] request, _ in
            request.url.host == "slow.example.org" ? .json("", status: 503, headers: ["Retry-After": "600"]) : page
        }
        let limiters = HostLimiters()

        _ = try? await client(transport, clock, limiters, base: "https://slow.example.org/r4")
            .search(SearchQuery("Encounter"))
        _ = try await client(transport, clock, limiters).search(SearchQuery("Encounter"))

        #expect(clock.sleeps == [])
    }

    private func client(
        _ transport: FunctionTransport, _ clock: ManualClock, _ limiters: HostLimiters, tries: Int = 4, most: Int = 8,
        base: String = AuthorizationServer.base
    ) throws -> ClinicClient {
        var connection = AuthorizationServer.connection()
        connection.authorization = .none
        connection.maxConnections = most
        connection.base = base
        return ClinicClient(
            try ServerSession(
                connection, keys: try #require(TestKeys.both), transport: transport, clock: clock,
                retry: ReadRetry(attempts: tries, jitter: { 1 }), limiters: limiters))
    }
}
