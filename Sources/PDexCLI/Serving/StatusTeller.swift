import Jobs
import PDex
import ServiceLifecycle

/// Keeps the status line of `pdex serve` up to date with the store.
struct StatusTeller: Service {
    private let line: StatusLine
    private let jobs: [Job]
    private let operations: Operations
    private let progress: RunsAtWork
    private let clock: any WallClock

    /// How often the store is read.
    private static let pauseSeconds = 2.0

    init(_ line: StatusLine, jobs: [Job], operations: Operations, progress: RunsAtWork, clock: any WallClock) {
        self.line = line
        self.jobs = jobs
        self.operations = operations
        self.progress = progress
        self.clock = clock
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // A failure to read the store is in the log; the line then stays as it was.
                if let standing = try? await standing() { line.show(standing.text) }
                // Waits before the line is written again.
                try? await clock.sleep(seconds: Self.pauseSeconds)
            }
        }
        line.end()
    }

    func standing() async throws -> ServiceStanding {
        let queue = try await operations.queue()
        let isRunning = try await isAnythingRunning()
        var standing = ServiceStanding()
        if isRunning { (standing.step, standing.examined) = progress.latest }
        standing.queue = queue.counts
        standing.closed = queue.breakers.filter(\.isClosed).map(\.payer)
        standing.paused = queue.holds.count
        standing.parked = try await operations.balance().filter { $0.state == .parked }.reduce(0) { $0 + $1.count }
        standing.requests = try await operations.count(memberRequestsMatching: .open)
        let now = clock.now()
        standing.next = jobs.compactMap { job in job.schedule?.next(after: now).map { (job.name, $0) } }
            .min { $0.1 < $1.1 }
        return standing
    }

    private func isAnythingRunning() async throws -> Bool {
        for job in jobs {
            let last = try await operations.runs(job: job.name, limit: 1)
            if last.contains(where: { $0.state == .running }) { return true }
        }
        return false
    }
}
