import FHIR
import Foundation
import PDex
import SQLiteStore
import SampleData

/// Starts the processes, stops and resumes them at random until all have ended, and counts what they completed.
struct WorkerCrowd {
    /// The outcome.
    struct Figures: CustomStringConvertible {
        let workers: Int
        let jobs: Int
        let seed: UInt64
        /// Jobs completed by one process, and by more than one.
        var completed = 0
        var doubled = 0
        /// Jobs open or unknown in the end.
        var lost = 0
        /// Jobs whose claims ran out three times in a row.
        var parked = 0
        /// Jobs completed by a process whose claim had passed to another.
        var usurped = 0
        /// Jobs settled by a process whose claim had passed to another, without any effect in the store.
        var late = 0
        var stops = 0
        /// Processes that failed.
        var failures = 0
        var isSound = false

        /// Whether each job was completed once or parked, and at least one process woke up late.
        var isRight: Bool {
            doubled == 0 && usurped == 0 && lost == 0 && failures == 0 && isSound && completed + parked == jobs
                && late > 0
        }

        var description: String {
            "\(workers) workers from seed \(seed): \(jobs) jobs, \(completed) completed once, \(doubled) twice, "
                + "\(usurped) by others, \(lost) lost, \(parked) parked, \(late) settled too late, \(stops) stops, \(failures) failures, "
                + "store \(isSound ? "sound" : "NOT sound")"
        }
    }

    let workers: Int
    let jobs: Int
    let seed: UInt64

    func figures() async throws -> Figures {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pdex-workers-\(getpid())")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("crowd.db").path
        let store = try SharedQueue.open(path)
        try await SharedQueue.fill(store, jobs)

        let processes = try (0..<workers).map { try Self.start(path, "worker-\($0)") }
        var figures = Figures(workers: workers, jobs: jobs, seed: seed)
        figures.stops = disturb(processes)
        for process in processes {
            process.waitUntilExit()
            if process.terminationStatus != 0 || process.terminationReason != .exit { figures.failures += 1 }
        }

        var counts: [String: Int] = [:]
        for number in 0..<workers {
            let book = try WorkerBook.read(path + ".worker-\(number)")
            for id in (book[.accepted] ?? []) + (book[.usurped] ?? []) { counts[id, default: 0] += 1 }
            figures.usurped += book[.usurped]?.count ?? 0
            figures.late += book[.refused]?.count ?? 0
        }
        figures.completed = counts.values.filter { $0 == 1 }.count
        figures.doubled = counts.values.filter { $0 > 1 }.count
        let rest = (0..<jobs).filter { counts[SharedQueue.submission($0)] == nil }
        let states = try await store.read { reader in
            try rest.compactMap { try reader.submissions(ofExchange: "exchange-\($0)").first?.state }
        }
        figures.parked = states.filter { $0 == .parked }.count
        figures.lost = rest.count - figures.parked
        figures.isSound = try await store.read { try $0.firstBrokenAuditEntry() } == nil
        return figures
    }

    /// Stops up to half of them at a time for up to three claims, then resumes them; returns the number of stops.
    private func disturb(_ processes: [Process]) -> Int {
        var numbers = SeededNumbers(seed: seed)
        var stops = 0
        while processes.contains(where: \.isRunning) {
            let stopped = processes.filter(\.isRunning).shuffled(using: &numbers)
                .prefix(Int.random(in: 1...max(1, workers / 2), using: &numbers))
            for process in stopped { kill(process.processIdentifier, SIGSTOP) }
            usleep(UInt32.random(in: 1...3 * UInt32(StoppedWorker.claim), using: &numbers) * 1_000)
            for process in stopped { kill(process.processIdentifier, SIGCONT) }
            usleep(UInt32.random(in: 1...20, using: &numbers) * 1_000)
            stops += stopped.count
        }
        return stops
    }

    private static func start(_ path: String, _ name: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["work", path, name]
        try process.run()
        return process
    }
}
