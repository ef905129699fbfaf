import FHIR
import FHIRClient
public import Jobs
public import PDex
import Serving

/// What monitoring learns about the service: whether it is live, ready and complete, and its metrics.
public struct ServiceWatch: Sendable {
    private let operations: Operations
    private let jobs: [Job]
    private let metrics: MetricsRegistry
    private let heartbeat: Heartbeat
    private let freeBytes: @Sendable () -> Int?
    private let clock: any WallClock

    /// Schedules are checked every half minute; once none was for longer than this, the scheduler is stuck.
    private static let longestSilenceSeconds = 300.0
    /// Less free room than this on the store's disk is reported, before none is left.
    public static let leastFreeBytes = 256 << 20

    /// Watches `jobs` by `operations`; `metrics` holds the process's counts, `heartbeat` when schedules were last
    /// checked, and `freeBytes` gives the room on the store's disk, nil if unknown.
    public init(
        operations: Operations, jobs: [Job], metrics: MetricsRegistry, heartbeat: Heartbeat,
        freeBytes: @escaping @Sendable () -> Int?, clock: any WallClock
    ) {
        self.operations = operations
        self.jobs = jobs
        self.metrics = metrics
        self.heartbeat = heartbeat
        self.freeBytes = freeBytes
        self.clock = clock
    }

    /// Answers `/health/live`, `/health/ready`, `/health/complete`; only a holder who may watch sees what is wrong.
    func health(_ path: String, isHolder: Bool) async throws -> ServedAnswer {
        switch path {
        case "/health/live": return .json(200, ["status": "live"])
        case "/health/ready": return answer("ready", await told { try await unready() }, isHolder)
        case "/health/complete":
            return answer("complete", await told { try await unready() + incomplete() }, isHolder)
        default: throw Problem.notFound()
        }
    }

    /// The problems found, or why none could be looked for. Faults are caught here: thrown on, what the store says
    /// would be shown without a token.
    private func told(_ look: () async throws -> [String]) async -> [String] {
        do {
            return try await look()
        } catch let fault as Fault {
            let next = fault.hint.map { ": " + $0 } ?? ""
            return ["the store cannot be read (\(fault.code.rawValue)), \(fault.message)" + next]
        } catch {
            return ["the service is being stopped"]
        }
    }

    /// Answers `/metrics`.
    func exposition() async throws -> ServedAnswer {
        let gauges = try await StoreGauges(operations: operations, jobs: jobs, clock: clock).samples()
        let text = Exposition.text(gauges + metrics.samples)
        return .typed(200, Array(text.utf8), as: Exposition.mediaType, headers: ["Cache-Control": "no-store"])
    }

    private func answer(_ state: String, _ problems: [String], _ isHolder: Bool) -> ServedAnswer {
        var json: JSONObject = ["status": .string(problems.isEmpty ? state : "not \(state)")]
        if isHolder { json["problems"] = .array(problems.map { .string($0) }) }
        return .json(problems.isEmpty ? 200 : 503, .object(json))
    }

    /// Why this process should be given no work: its store, its disk, its schedules.
    private func unready() async throws -> [String] {
        // Accepting requires that the store answers. Its faults are reported by their codes.
        _ = try await operations.memberRequests(in: [.requested], limit: 1)
        var problems: [String] = []
        if let free = freeBytes(), free < Self.leastFreeBytes {
            problems.append("the store's disk has \(free >> 20) MiB left: make room, or  pdex store prune")
        }
        if let last = heartbeat.last, (clock.now() - last) / .seconds(1) > Self.longestSilenceSeconds {
            problems.append("no schedule was looked at since \(last.text): restart the service, and see its log")
        }
        return problems
    }

    /// What keeps work from being done although this process is well.
    private func incomplete() async throws -> [String] {
        let queue = try await operations.queue()
        var problems = queue.breakers.filter(\.isClosed).map { breaker in
            "\(breaker.payer) is left alone after failures (\(breaker.lastFault?.rawValue ?? "unknown")): see  pdex queue status"
        }
        problems += queue.holds.map { "\($0.subject.rawValue) \($0.name) is paused: see  pdex queue status" }
        for job in jobs {
            let last = try await operations.lastRun(ofJob: job.name, in: [.complete, .partial, .failed])
            if let last, last.state != .complete {
                problems.append("the last run of \(job.name) is \(last.state.rawValue): see  pdex runs show \(last.id)")
            }
            if let left = try await operations.abandonedRun(ofJob: job.name) {
                problems.append(
                    "the process of run \(left.id) of \(job.name) has ended, and none goes on with it:  pdex run \(job.name)  does"
                )
            }
        }
        for (run, obstacle) in try await operations.stoppedRuns(ofJobs: jobs.map(\.name)) {
            problems.append(
                "the last attempt at run \(run.id) of \(run.job) failed, see  pdex runs show \(run.id) : "
                    + "\(obstacle.code.rawValue), \(obstacle.message)")
        }
        return problems
    }
}
