import FHIR
import FHIRClient
import Foundation
import PDex
import SQLiteStore

/// A clinic with its payer, a service, a night and a spike, in separate processes.
struct SpikeTrial {
    let members: Int
    /// Requests per second before the spike, and during it.
    let usual: Int
    let rate: Int
    let seconds: Int
    /// How many seconds the service has to answer what it accepted.
    let patience: Int

    private static let token = "a-token-of-the-spike"
    private static let quietSeconds = 10
    /// How many deliveries a payer takes at once unless  max-connections  says otherwise.
    private static let concurrency = 8

    func figures() async throws -> SpikeFigures {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pdex-spike-\(getpid())").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let port = 20_000 + Int(getpid()) % 10_000
        let sandbox = try Self.start(
            [
                "sandbox", "--members", "\(members)", "--clinic-port", "\(port)", "--payer-port", "\(port + 1)",
                "--latency", "20", "--write-config", folder,
            ], log: folder + "/sandbox.log")
        defer { Self.end(sandbox) }
        try Self.wait {
            (try? String(contentsOfFile: folder + "/sandbox.log", encoding: .utf8))?.contains("Med0") ?? false
        }
        let configuration = try Self.configuration(in: folder, port: port + 2)
        let client = PlainClient(port: port + 2, token: Self.token)
        let service = try Self.start(["serve", "--config", configuration], log: folder + "/serve.log")
        defer { Self.end(service) }
        try Self.wait { client.send("GET", "/health/live").status == 200 }
        let night = try Self.start(
            ["run", "nightly-payer-sync", "--config", configuration], log: folder + "/night.log")
        defer { Self.end(night) }

        let load = SpikeLoad(client, members: members)
        load.ask(usual, seconds: Self.quietSeconds)
        load.ask(rate, seconds: seconds)

        var figures = SpikeFigures(answers: load.all, limit: Self.concurrency)
        let store = try SQLiteExchangeStore.open(path: folder + "/pdex.db", digests: Digests { SHA256.hash($0) })
        figures.drainSeconds = try await drain(store)
        night.waitUntilExit()
        figures.night = night.terminationStatus
        try await count(&figures, store)
        figures.mebibytes = Self.peak(of: service.processIdentifier)
        figures.mostAtOnce = try Self.mostAtOnce(folder + "/sandbox.log")
        let began = ContinuousClock.now
        Self.end(service)
        figures.stopSeconds = (ContinuousClock.now - began) / .seconds(1)
        figures.stopStatus = service.terminationReason == .exit ? service.terminationStatus : -1
        if figures.isRight { try? FileManager.default.removeItem(atPath: folder) } else { print("see \(folder)") }
        return figures
    }

    /// Waits until no accepted request is open and nothing is queued; returns how long that took.
    private func drain(_ store: SQLiteExchangeStore) async throws -> Double {
        let began = ContinuousClock.now
        while (ContinuousClock.now - began) / .seconds(1) < Double(patience) {
            let open = try await store.read { reader in
                try reader.count(memberRequestsMatching: .open) + reader.queued().reduce(0) { $0 + $1.count }
            }
            if open == 0 { break }
            sleep(2)
        }
        return (ContinuousClock.now - began) / .seconds(1)
    }

    private func count(_ figures: inout SpikeFigures, _ store: SQLiteExchangeStore) async throws {
        let ids = Set(figures.answers.compactMap(\.id))
        let states = try await store.read { reader in try ids.map { try reader.memberRequest($0)?.state } }
        figures.completed = states.count { $0 == .completed }
        figures.open = states.count { $0.map(MemberRequestFilter.open.states.contains) ?? false }
        figures.lost = states.count - figures.completed - figures.open
        figures.queued = try await store.read { try $0.queued().reduce(0) { $0 + $1.count } }
    }

    /// The sandbox's configuration, with an API.
    private static func configuration(in folder: String, port: Int) throws -> String {
        let digest = SHA256.hash(Array(token.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        let path = folder + "/pdex.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let api = "\napi: { port: \(port), tokens: { spike: { sha256: \"\(digest)\", payers: [med0] } } }\n"
        try (text + api).write(toFile: folder + "/spike.yaml", atomically: true, encoding: .utf8)
        return folder + "/spike.yaml"
    }

    /// The most deliveries under way at once that the sandbox reported.
    private static func mostAtOnce(_ log: String) throws -> Int {
        let words = "deliveries at once at most: "
        let lines = try String(contentsOfFile: log, encoding: .utf8).components(separatedBy: "\n")
        return lines.compactMap { line in line.range(of: words).flatMap { Int(line[$0.upperBound...]) } }.max() ?? 0
    }

    /// The largest resident set of a process, in MiB.
    private static func peak(of id: pid_t) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)) ?? ""
        let line = text.components(separatedBy: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? .max) >> 10
    }

    private static func start(_ arguments: [String], log: String) throws -> Process {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let process = Process()
        process.executableURL = own.deletingLastPathComponent().appendingPathComponent("pdex")
        process.arguments = arguments
        _ = FileManager.default.createFile(atPath: log, contents: nil, attributes: [.posixPermissions: 0o600])
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.standardOutput = file
        process.standardError = file
        try process.run()
        return process
    }

    /// Asks a process to stop, if it is still running, and waits for its end.
    private static func end(_ process: Process) {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    private static func wait(for isReady: () -> Bool) throws {
        for _ in 0..<600 {
            if isReady() { return }
            usleep(200_000)
        }
        throw CocoaError(.executableNotLoadable)
    }
}
