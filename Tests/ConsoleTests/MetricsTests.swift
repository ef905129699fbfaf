import CoreMetrics
import FHIRClient
import Jobs
import PDex
import PDexTesting
import Serving
import Testing

@testable import Console

/// What Prometheus reads from the service.
@Suite("Metrics")
struct MetricsTests {
    @Test("each metric has its help and its type once, and what is counted stands below it")
    func exposition() async throws {
        let harness = try APIHarness()
        Counter(
            label: MetricName.requests.rawValue, dimensions: [("host", "clinic0"), ("code", "200")],
            factory: harness.metrics
        ).increment(by: 3)
        Timer(label: MetricName.runDuration.rawValue, dimensions: [("job", "nightly")], factory: harness.metrics)
            .recordSeconds(1.5)

        let answer = await harness.send("GET", "/metrics")
        let lines = answer.text.split(separator: "\n").map(String.init)

        #expect(answer.status == 200)
        #expect(answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        for metric in MetricName.allCases {
            #expect(lines.count { $0 == "# TYPE \(metric.rawValue) \(metric.kind.rawValue)" } == 1)
            #expect(lines.count { $0.hasPrefix("# HELP \(metric.rawValue) ") } == 1)
        }
        #expect(lines.contains(#"pdex_http_requests_total{code="200",host="clinic0"} 3"#))
        #expect(lines.contains(#"pdex_job_duration_seconds_sum{job="nightly"} 1.5"#))
        #expect(lines.contains(#"pdex_job_duration_seconds_count{job="nightly"} 1"#))
        #expect(
            lines.allSatisfy {
                $0.hasPrefix("#") || $0.contains(/^pdex_[a-z_]+(\{([a-z]+="[^"]*",?)+\})? -?[0-9.e+-]+$/)
            })
    }

    @Test("how the store stands is told as the store has it: the outbox, its age, exchanges, runs, requests")
    func gauges() async throws {
        let harness = try APIHarness([.joe, .ada])
        harness.night.payer.reply(.busy(retryAfterSeconds: 60))
        _ = try await harness.operations.run(job: "nightly-payer-sync")
        _ = await harness.send(
            "POST", "/v1/member-requests", #"{"payer":"med0","member":"ada"}"#)
        harness.night.clock.advance(seconds: 90)

        let lines = await harness.send("GET", "/metrics").text.split(separator: "\n").map(String.init)
        let values = Dictionary(
            lines.filter { !$0.hasPrefix("#") }.compactMap { line in
                line.lastIndex(of: " ").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
            }
        ) { first, _ in first }

        #expect(values[#"pdex_jobs{payer="med0",queue="nightly",state="retrying"}"#] == "1")
        #expect(values[#"pdex_exchanges{reason="",state="acknowledged"}"#] == "1")
        #expect(values[#"pdex_member_requests{state="requested"}"#] == "1")
        #expect(values["pdex_member_requests_late"] == "0")
        #expect(values[#"pdex_payer_closed{payer="med0"}"#] == "0")
        #expect(values[#"pdex_holds{subject="payer"}"#] == "0")
        let age = values[#"pdex_queue_oldest_seconds{payer="med0",queue="nightly"}"#].flatMap(Double.init) ?? -1
        #expect(age >= 0 && age < 90)
    }

    @Test("what there is none of is told as 0: every lane of a payer, and every state of exchanges")
    func none() async throws {
        let harness = try APIHarness()

        let lines = await harness.send("GET", "/metrics").text.split(separator: "\n").map(String.init)

        for lane in DeliveryLane.allCases {
            #expect(lines.contains(#"pdex_queue_oldest_seconds{payer="med0",queue="\#(lane.rawValue)"} 0"#))
        }
        for state in ExchangeState.allCases {
            #expect(lines.contains(#"pdex_exchanges{reason="",state="\#(state.rawValue)"} 0"#))
        }
    }

    @Test("a request counts as late while its payer is down or its exchange is parked", arguments: [true, false])
    func late(isParked: Bool) async throws {
        let harness = try APIHarness()
        harness.night.payer.reply(isParked ? .refuse(422) : .busy(retryAfterSeconds: 60))
        let request = try await harness.operations.accept(MemberDemand(patient: "joe"), by: harness.job)
        _ = try await harness.operations.answer(request.id)

        harness.night.clock.advance(seconds: 20 * 3600)
        let soon = await harness.send("GET", "/metrics").text.split(separator: "\n")
        harness.night.clock.advance(seconds: 5 * 3600)
        let later = await harness.send("GET", "/metrics").text.split(separator: "\n")

        #expect(soon.contains("pdex_member_requests_at_risk 1") && soon.contains("pdex_member_requests_late 0"))
        #expect(later.contains("pdex_member_requests_at_risk 0") && later.contains("pdex_member_requests_late 1"))
    }

    @Test("nobody without a token learns how much is sent to whom")
    func tokens() async throws {
        let harness = try APIHarness()
        #expect(await harness.send("GET", "/metrics", token: nil).status == 401)
        #expect(await harness.send("GET", "/metrics", token: "a-guess").status == 401)
        #expect(await harness.send("POST", "/metrics").status == 405)
    }

    @Test("a label is one value in one line, whatever a server put into it")
    func escapes() {
        let sample = MetricSample(.resources, ["type": "a\"b\\c\nd\r\ne"], 1)
        let lines = Exposition.text([sample]).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines == [#"pdex_resources_total{type="a\"b\\c\nd\ne"} 1"#])
    }

    @Test("what a server puts into labels does not fill the memory: what is too much is counted together")
    func bounded() {
        let registry = MetricsRegistry()
        for number in 0..<5_000 {
            Counter(label: MetricName.resources.rawValue, dimensions: [("type", "T\(number)")], factory: registry)
                .increment()
        }
        let samples = registry.samples
        #expect(samples.count == MetricsRegistry.mostSeriesOfAMetric + 1)
        #expect(samples.map(\.value).reduce(0, +) == 5_000)
        #expect(samples.contains { $0.labels.map(\.value) == ["other"] && $0.value == 4_500 })
    }

    @Test("what libraries count for themselves is not told")
    func ours() {
        let registry = MetricsRegistry()
        Counter(label: "http_server_requests", dimensions: [], factory: registry).increment()
        #expect(registry.samples.isEmpty)
    }
}

extension ServedAnswer {
    fileprivate var text: String {
        guard case .bytes(let bytes) = body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
