import FHIR
import Foundation
import PDex
import Sandbox

@testable import PDexCLI

/// A small night whose process is killed, and whose recovery is killed, too; then the same command is left alone.
struct CrashTrial: Sendable {
    /// Where a process ends.
    enum Kill: Sendable {
        /// Once it has made so many reading and writing system calls.
        case after(calls: Int)
        /// On entering a system call for the so-many-th time in one of its threads.
        case entering(String, time: Int)
    }

    /// What it came to.
    struct Outcome: Sendable {
        /// What Med0 holds but for Provenance, by `Type/id`; times tell of the run and are left out.
        var held: [String: JSONValue] = [:]
        /// How the last command ended.
        var status: Int32 = -1
        /// How `pdex store check` ended.
        var check: Int32 = -1
        /// How all exchanges stand in the end.
        var balance: Set<ExchangeTally> = []
        /// Whether the audit trail's chain holds.
        var isAuditWhole = false
        /// Why Med0 did not take drops of files.
        var refusedDrops: [String] = []
        /// How many processes were killed.
        var kills = 0
        /// The system calls of the last process.
        var calls = 0
    }

    let place: String
    /// A folder of keys, the identity secret among them, so that two trials derive the same ids.
    let keys: String?
    let kills: [Kill]
    /// How bundles are delivered; drops of files are taken after each kill, too.
    var delivery = ExchangeTerms.Delivery.Kind.transaction

    /// A night of a few members is enough to have every kind of write and request.
    private static let members = 6

    /// Carries it out.
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
            for kill in kills {
                if try await end(night, kill) { outcome.kills += 1 }
                outcome.refusedDrops += try night.sandbox.takeDrops().refused
            }
            let last = try Self.start(Self.command(night))
            while last.isRunning {
                outcome.calls = max(outcome.calls, Self.calls(of: last.processIdentifier))
                await Task.yield()
            }
            last.waitUntilExit()
            outcome.status = last.terminationStatus
            outcome.refusedDrops += try night.sandbox.takeDrops().refused
            let check = try Self.start(
                [Self.program, "store", "check", "--config", night.folder.configuration, "--quiet"])
            check.waitUntilExit()
            outcome.check = check.terminationStatus
            outcome.held = Self.content(night.sandbox.payerResources())
            let (balance, broken) = try await night.store.read { (try $0.balance(), try $0.firstBrokenAuditEntry()) }
            outcome.balance = Set(balance)
            outcome.isAuditWhole = broken == nil
            return outcome
        }
    }

    /// Starts the command and kills it there; false when it ended before.
    private func end(_ night: SandboxNight, _ kill: Kill) async throws -> Bool {
        switch kill {
        case .after(let calls):
            let process = try Self.start(Self.command(night))
            while process.isRunning, Self.calls(of: process.processIdentifier) < calls { await Task.yield() }
            Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            return process.terminationReason == .uncaughtSignal
        case .entering(let call, let time):
            let strace = [
                "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                "inject=\(call):signal=KILL:when=\(time)",
            ]
            let process = try Self.start(["/usr/bin/env"] + strace + Self.command(night))
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
        [program, "run", SandboxNight.job, "--config", night.folder.configuration, "--quiet"]
    }

    /// Starts a program, whose words nobody reads.
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

    private static func content(_ resources: [Resource]) -> [String: JSONValue] {
        var content: [String: JSONValue] = [:]
        for resource in resources where resource.type != "Provenance" {
            var json = resource.json
            json["meta"] = nil
            content["\(resource.type)/\(resource.id ?? "")"] = .object(json)
        }
        return content
    }
}
