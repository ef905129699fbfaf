import FHIR
import MetricsTestKit
import PDex
import PDexTesting
import Testing

@testable import FHIRClient

/// What is counted of the traffic with a server.
@Suite("Counts of requests")
struct ServerMeterTests {
    @Test("each answer is counted by server and status, and what has no answer by its fault")
    func requests() async throws {
        let metrics = TestMetrics()
        let transport = FunctionTransport { request, number in
            if request.url.text.contains("Goal") { throw TransportError(.unreachable, mayHaveArrived: false) }
            return number == 1 ? .json("{}", status: 503, headers: ["Retry-After": "7"]) : .json(Self.empty)
        }
        let client = ClinicClient(try session(transport, metrics: metrics))

        _ = try await client.search(SearchQuery("Encounter"))
        _ = try? await client.search(SearchQuery("Goal"))

        let requests = metrics.counters.filter { $0.label == MetricName.requests.rawValue }
        let counts = Dictionary(
            requests.map { counter in
                (Dictionary(counter.dimensions) { first, _ in first }["code"] ?? "", counter.totalValue)
            }
        ) { first, _ in first }
        #expect(counts["503"] == 1 && counts["200"] == 1)
        #expect((counts["remote.unreachable"] ?? 0) > 0)
        #expect(requests.allSatisfy { $0.dimensions.contains { $0 == ("host", "clinic0") } })
    }

    @Test("the patience that a server asked for is counted in seconds")
    func patience() async throws {
        let metrics = TestMetrics()
        let transport = FunctionTransport { _, number in
            number == 1 ? .json("{}", status: 429, headers: ["Retry-After": "7"]) : .json(Self.empty)
        }

        _ = try await ClinicClient(try session(transport, metrics: metrics)).search(SearchQuery("Encounter"))

        let waited = metrics.counters.filter { $0.label == MetricName.retryAfter.rawValue }
        #expect(waited.map(\.totalValue).reduce(0, +) == 7)
    }

    @Test("tokens are counted by what came of asking for them")
    func tokens() async throws {
        let metrics = TestMetrics()
        let transport = AuthorizationServer().transport { _, _ in .json(Self.empty) }
        let client = ClinicClient(try session(transport, isAuthorized: true, metrics: metrics))

        _ = try await client.search(SearchQuery("Encounter"))
        _ = try await client.search(SearchQuery("Encounter"))

        let tokens = metrics.counters.filter { $0.label == MetricName.tokens.rawValue }
        #expect(tokens.count == 1)
        #expect(tokens.first?.totalValue == 1)
        #expect(tokens.first?.dimensions.contains { $0 == ("outcome", "granted") } == true)
    }

    private static let empty = #"{"resourceType":"Bundle","type":"searchset","entry":[]}"#
}
