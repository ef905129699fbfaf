import FHIR
import FHIRClient
public import Jobs
public import PDex
import Serving

/// What watches the service is told: whether it lives, is ready and whole, and how it fares in numbers.
public struct ServiceWatch: Sendable {
    private let operations: Operations
    private let jobs: [Job]
    private let metrics: MetricsRegistry
    private let heartbeat: Heartbeat
    private let freeBytes: @Sendable () -> Int?
    private let clock: any WallClock

    /// Schedules are looked at every half minute; one that was not for so long stands still.
    private static let longestSilenceSeconds = 300.0
    /// Less room than this on the store's disk is told before it is used up.
    public static let leastFreeBytes = 256 << 20

    /// Watches `jobs` by `operations`; `metrics` has what the process counts, `heartbeat` its schedules' pulse, and
    /// `freeBytes` tells the room on the store's disk, nil when nobody knows.
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

    /// Answers `/health/live`, `/health/ready`, `/health/complete`; what is wrong is told to whoever holds a token.
    func health(_ path: String, isHolder: Bool) async throws -> ServedAnswer {
        switch path {
        case "/health/live": return .json(200, ["status": "live"])
        case "/health/ready": return answer("ready", await told { try await unready() }, isHolder)
        case "/health/complete":
            return answer("complete", await told { try await unready() + incomplete() }, isHolder)
        default: throw Problem.notFound()
        }
    }

    /// The problems that are found, or why none could be looked for: what the store says is nobody's business without a
    /// token.
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

    /// Why nothing should be handed to this process: the store, its disk, its schedules.
    private func unready() async throws -> [String] {
        // The store answers: that is what accepting needs. Its faults are told by their codes.
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

    /// What keeps the work from being done, though this process is well.
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
