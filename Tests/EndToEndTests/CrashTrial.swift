import FHIR
import Foundation
import PDex
import PDexTesting
import Sandbox

@testable import PDexCLI

/// A small night whose process is killed, and whose recovery is killed, too; then the same command is left alone.
struct CrashTrial: Sendable {
    /// Where a process ends.
    enum Kill: Sendable {
        /// Once it has made that many reading and writing system calls.
        case after(calls: Int)
        /// On entering a system call for the given time in one of its threads.
        case entering(String, time: Int)
    }

    /// The command that is killed.
    enum Errand: Sendable {
        /// The night itself.
        case night
        /// A replay of all that a night brought.
        case replay
        /// A backup from the middle of a night replaces the store that finished the night; then the night again.
        case restore
    }

    /// The outcome.
    struct Outcome: Sendable {
        /// What Med0 holds except Provenance, by `Type/id`; times depend on the run and are left out.
        var held: [String: JSONValue] = [:]
        /// How the last command ended.
        var status: Int32 = -1
        /// How `pdex store check` ended.
        var check: Int32 = 0
        /// The states of all exchanges in the end.
        var balance: Set<ExchangeTally> = []
        /// Whether the audit trail's chain holds.
        var isAuditWhole = false
        /// Why Med0 did not accept drops of files.
        var refusedDrops: [String] = []
        /// How many processes were killed.
        var kills = 0
        /// The system calls of the last process.
        var calls = 0
    }

    let place: String
    /// A folder of keys, including the identity secret, so that two trials derive the same ids.
    let keys: String?
    let kills: [Kill]
    /// How bundles are delivered; drops of files are taken after each kill, too.
    var delivery = ExchangeTerms.Delivery.Kind.transaction
    var errand = Errand.night

    /// A night of a few members is enough to have every kind of write and request.
    private static let members = 6

    /// Carries out the trial.
    func outcome() async throws -> Outcome {
        let files = FileManager.default
        if let keys {
            try files.createDirectory(
                atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try files.copyItem(atPath: keys, toPath: place + "/keys")
        }
        return try await SandboxNight.with(
            data: nil, in: place, members: Self.members, delivery: delivery, servesFiles: false,
            retry: delivery == .bulkSubmit ? "retry: { attempts: 20, from: 1s, to: 2s }\n" : ""
        ) { night in
            var outcome = Outcome()
            let command = try await prepared(night)
            for kill in kills {
                if try await end(command, kill) { outcome.kills += 1 }
                outcome.refusedDrops += try night.sandbox.takeDrops().refused
                // However far a restoration had come, there is a store, and it is sound.
                if errand == .restore { outcome.check = max(outcome.check, try Self.check(night)) }
            }
            let last = try Self.start(command)
            while last.isRunning {
                outcome.calls = max(outcome.calls, Self.calls(of: last.processIdentifier))
                await Task.yield()
            }
            last.waitUntilExit()
            outcome.status = last.terminationStatus
            // If a replay is killed after its work was done, it finds its own exchanges instead of those that it names.
            if errand == .replay, outcome.status == 3 { outcome.status = 0 }
            // What a killed replay had already claimed is delivered by the next run, or by the service.
            if errand != .night { try Self.finish(Self.command(Self.configuration(night))) }
            outcome.refusedDrops += try night.sandbox.takeDrops().refused
            outcome.check = max(outcome.check, try Self.check(night))
            outcome.held = night.sandbox.payerResources().contents
            let store: any Store = try Assembly(
                try ConfigurationFile.load(path: Self.configuration(night)), actor: "tests"
            ).store
            let (balance, broken) = try await store.read { (try $0.balance(), try $0.firstBrokenAuditEntry()) }
            // How much a night had brought at the backup is random; that nothing stays open is not.
            outcome.balance = Set(errand == .restore ? balance.filter { $0.state.isPending } : balance)
            outcome.isAuditWhole = broken == nil
            return outcome
        }
    }

    /// Prepares the trial; returns the command that is killed.
    private func prepared(_ night: SandboxNight) async throws -> [String] {
        let text = try String(contentsOfFile: night.folder.configuration, encoding: .utf8)
        // A store of its own, which this process does not have open.
        try text.replacing("./pdex.db", with: "./trial.db")
            .write(toFile: Self.configuration(night), atomically: true, encoding: .utf8)
        let common = ["--reason", "tried", "--yes", "--config", Self.configuration(night), "--quiet"]
        switch errand {
        case .night: return Self.command(Self.configuration(night))
        case .replay:
            try Self.finish(Self.command(Self.configuration(night)))
            let store: any Store = try Assembly(
                try ConfigurationFile.load(path: Self.configuration(night)), actor: "tests"
            ).store
            let done = try await store.read { try $0.exchanges(matching: .init(states: [.acknowledged]), limit: 1000) }
            return [Self.program, "replay"] + done.map(\.id) + common
        case .restore:
            _ = try await end(Self.command(Self.configuration(night)), .after(calls: Self.halfANight))
            let backup = night.folder.path + "/backup.db"
            try Self.finish([
                Self.program, "store", "backup", backup, "--config", Self.configuration(night), "--quiet",
            ])
            try Self.finish(Self.command(Self.configuration(night)))
            return [Self.program, "store", "restore", backup] + common
        }
    }

    /// The reading and writing system calls after which a night has usually brought something, but not everything.
    private static let halfANight = 600

    private static func configuration(_ night: SandboxNight) -> String { night.folder.path + "/trial.yaml" }

    private static func finish(_ command: [String]) throws {
        let process = try start(command)
        process.waitUntilExit()
        guard [0, 3].contains(process.terminationStatus) else {
            throw Fault(.usage, .stop, "\(command) ended with \(process.terminationStatus)")
        }
    }

    private static func check(_ night: SandboxNight) throws -> Int32 {
        let check = try start([program, "store", "check", "--config", configuration(night), "--quiet"])
        check.waitUntilExit()
        return check.terminationStatus
    }

    /// Starts the command and kills it there; false when it ended before.
    private func end(_ command: [String], _ kill: Kill) async throws -> Bool {
        switch kill {
        case .after(let calls):
            let process = try Self.start(command)
            while process.isRunning, Self.calls(of: process.processIdentifier) < calls { await Task.yield() }
            Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            return process.terminationReason == .uncaughtSignal
        case .entering(let call, let time):
            let strace = [
                "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                "inject=\(call):signal=KILL:when=\(time)",
            ]
            let process = try Self.start(["/usr/bin/env"] + strace + command)
            process.waitUntilExit()
            return process.terminationReason == .uncaughtSignal
        }
    }

    private static let program: String = {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        return ProcessInfo.processInfo.environment["PDEX_PROGRAM"] ?? tests.appendingPathComponent("pdex").path
    }()

    /// The command of the night.
    static func command(_ night: SandboxNight) -> [String] {
        command(night.folder.configuration)
    }

    private static func command(_ configuration: String) -> [String] {
        [program, "run", SandboxNight.job, "--config", configuration, "--quiet"]
    }

    /// Starts a program whose output nobody reads.
    static func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: arguments[0])
        process.arguments = Array(arguments.dropFirst())
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// How many reading and writing system calls a process has made, as Linux counts them.
    private static func calls(of process: pid_t) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process)/io", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { $0.hasPrefix("sysc") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    }
}
