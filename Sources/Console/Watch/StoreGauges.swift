import FHIR
import Jobs
import PDex

/// The state of the queue, the exchanges and the jobs, read from the store: the same from every process, and after a
/// restart.
struct StoreGauges: Sendable {
    let operations: Operations
    let jobs: [Job]
    let clock: any WallClock

    func samples() async throws -> [MetricSample] {
        let queue = try await operations.queue()
        let balance = try await operations.balance()
        var samples = outbox(queue.counts)
        samples += balance.map {
            MetricSample(
                .exchanges, ["state": $0.state.rawValue, "reason": $0.reason?.rawValue ?? ""], Double($0.count))
        }
        // What comes and goes cannot be told from what is not measured.
        samples += ExchangeState.allCases.filter { state in
            !balance.contains { $0.state == state && $0.reason == nil }
        }.map { MetricSample(.exchanges, ["state": $0.rawValue, "reason": ""], 0) }
        samples += Set(jobs.map(\.payer)).map { payer in
            let isClosed = queue.breakers.contains { $0.payer == payer && $0.isClosed }
            return MetricSample(.payerClosed, ["payer": payer], isClosed ? 1 : 0)
        }
        samples += Hold.Subject.allCases.map { subject in
            MetricSample(
                .holds, ["subject": subject.rawValue], Double(queue.holds.count { $0.subject == subject }))
        }
        samples += try await requests()
        for job in jobs { samples += try await lastRuns(of: job) }
        return samples
    }

    /// Counted by the store, because there may be many.
    private func requests() async throws -> [MetricSample] {
        var samples: [MetricSample] = []
        for state in MemberRequestState.allCases where state.isOpen {
            let count = try await operations.count(memberRequestsMatching: MemberRequestFilter(states: [state]))
            samples.append(MetricSample(.memberRequests, ["state": state.rawValue], Double(count)))
        }
        let now = clock.now()
        var (lateCount, atRiskCount) = (0, 0)
        for filter in MemberRequestFilter.unanswered {
            var (late, atRisk) = (filter, filter)
            late.dueBefore = now
            atRisk.atRiskBy = now
            let count = try await operations.count(memberRequestsMatching: late)
            lateCount += count
            atRiskCount += try await operations.count(memberRequestsMatching: atRisk) - count
        }
        return samples + [
            MetricSample(.memberRequestsLate, [:], Double(lateCount)),
            MetricSample(.memberRequestsAtRisk, [:], Double(max(0, atRiskCount))),
        ]
    }

    private func outbox(_ counts: [QueueCount]) -> [MetricSample] {
        let now = clock.now()
        let states = counts.map {
            MetricSample(
                .jobs, ["payer": $0.payer, "queue": $0.lane.rawValue, "state": $0.state.rawValue], Double($0.count))
        }
        let lanes = Dictionary(grouping: counts.filter { $0.state != .leased }) { [$0.payer, $0.lane.rawValue] }
        let ages = lanes.map { lane, counts in
            let earliest = counts.map(\.earliest).min() ?? now
            return MetricSample(
                .queueOldest, ["payer": lane[0], "queue": lane[1]], max(0, (now - earliest) / .seconds(1)))
        }
        let idle = Set(jobs.map(\.payer)).flatMap { payer in
            DeliveryLane.allCases.map { [payer, $0.rawValue] }.filter { lanes[$0] == nil }
        }.map { MetricSample(.queueOldest, ["payer": $0[0], "queue": $0[1]], 0) }
        return states + ages + idle
    }

    private func lastRuns(of job: Job) async throws -> [MetricSample] {
        var samples: [MetricSample] = []
        if let whole = try await operations.lastRun(ofJob: job.name, in: [.complete]) {
            samples.append(
                MetricSample(
                    .lastSuccess, ["job": job.name, "clinic": job.clinic, "payer": job.payer],
                    Double(whole.instant.milliseconds) / 1000))
        }
        let last = try await operations.lastRun(ofJob: job.name, in: [.complete, .partial])
        if let gap = last.flatMap(Self.gap) {
            samples.append(MetricSample(.balanceGap, ["job": job.name], Double(gap)))
        }
        return samples
    }

    /// How many members and resources a run's report does not account for.
    private static func gap(of run: Run) -> Int? {
        guard let report = try? JSONParser.parse(run.summary), let exchanges = report["exchanges"],
            let resources = report["resources"]
        else { return nil }
        let members = (report["pulled"]?["patients"]?.number?.int ?? 0) - sum(exchanges)
        let examined = resources["examined"]?.number?.int ?? 0
        return abs(members) + abs(2 * examined - sum(resources))
    }

    /// The sum of all counts in a part of a report, nested by reason or not.
    private static func sum(_ counts: JSONValue) -> Int {
        (counts.object?.members ?? []).reduce(0) { $0 + ($1.value.number?.int ?? sum($1.value)) }
    }
}
