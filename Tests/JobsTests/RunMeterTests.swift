import MetricsTestKit
import PDex
import Pipeline
import Testing

@testable import Jobs

@Suite("Counts of runs")
struct RunMeterTests {
    @Test("what arrives is counted by type, what is delivered by bundle, and nothing for what is only said")
    func events() {
        let metrics = TestMetrics()
        for event: RunEvent in [
            .step("pull"), .pulled(type: "Encounter", resources: 3, bytes: 9),
            .pulled(type: "Encounter", resources: 4, bytes: 9),
            .pulled(type: "Goal", resources: 0, bytes: 0), .delivered(payer: "med0", bundles: 2), .note("n"),
            .waiting(seconds: 3, why: "w"),
            .examined(members: 1, of: 2),
        ] { RunMeter.count(event, to: metrics) }

        #expect(metrics.counters.count == 2)
        let pulled = metrics.counters.first { $0.label == MetricName.resources.rawValue }
        #expect(pulled?.totalValue == 7)
        #expect(pulled?.dimensions.contains { $0 == ("type", "Encounter") } == true)
        #expect(metrics.counters.first { $0.label == MetricName.bundles.rawValue }?.totalValue == 2)
    }

    @Test("what was delivered to a payer is counted from the beginning")
    func begins() {
        let metrics = TestMetrics()

        RunMeter.begin(payers: ["med0"], at: metrics)
        RunMeter.count(.delivered(payer: "med0", bundles: 2), to: metrics)

        #expect(metrics.counters.map(\.totalValue) == [2])
        #expect(metrics.counters.first?.values == [0, 2])
    }

    @Test("what a payer asks deliveries to wait is counted as its host's")
    func pauses() {
        let metrics = TestMetrics()

        RunMeter.count(.paused(payer: "med0", seconds: 60), to: metrics)

        let waited = metrics.counters.first { $0.label == MetricName.retryAfter.rawValue }
        #expect(waited?.totalValue == 60)
        #expect(waited?.dimensions.contains { $0 == ("host", "med0") } == true)
    }

    @Test("what a run came to is counted by outcome, all of what it examined, and how long it took")
    func reports() {
        let metrics = TestMetrics()
        var report = RunReport(run: "r", job: "nightly", state: .partial)
        report.resources.examined = 10
        (report.resources.sent, report.resources.unchanged, report.resources.waiting) = (4, 3, 1)
        report.resources.leftOut = [.consentSensitive: 2]
        report.seconds = 1.5

        RunMeter.count(report, to: metrics)

        #expect(metrics.counters.map(\.totalValue).reduce(0, +) == 10)
        #expect(
            metrics.counters.contains {
                $0.dimensions.contains { $0 == ("outcome", "consent.sensitive") } && $0.totalValue == 2
            })
        #expect(metrics.timers.map(\.lastValue) == [1_500_000_000])
        #expect(metrics.timers.first?.dimensions.contains { $0 == ("state", "partial") } == true)
    }
}
