import FHIR
import Foundation
import PDex
import PDexTesting
import Sandbox
import Testing

@testable import PDexCLI

/// SIGTERM in the middle of a night whose servers are slow (reliability P1, R18).
@Suite("Asked to stop in the middle of a night", .serialized)
struct StopTests {
    /// How long each answer takes, so that a delivery is nearly always under way.
    private static let latency = 250
    private static let members = 40

    @Test(
        "what has begun is ended and noted, the rest waits, and the same command goes on: nothing twice, nothing lost")
    func drains() async throws {
        try await withTemporaryFolder { place in
            let stopped = try await night(in: place + "/stopped", keys: nil) { night in
                let process = try PDexProcess(Self.command(night), in: place)
                await Self.waitForDeliveries(3, night, process)
                let asked = ContinuousClock.now
                process.send(SIGTERM)
                let ending = try process.ending()
                #expect(ending.status == CommandStatus.interrupted.rawValue)
                #expect(ContinuousClock.now - asked < .seconds(30))
                let open = try await night.store.read { try $0.queued() }
                #expect(!open.isEmpty && open.allSatisfy { $0.state == .queued })
                // Each delivery that began has its answer in the store.
                let answered = try await Self.receipts(night)
                #expect(answered.count == night.sandbox.payerRequests()["POST /"])
                #expect(answered.allSatisfy { $0.verdict == "acknowledged" })

                let last = try PDexProcess(Self.command(night), in: place).ending()
                #expect(last.status == 3)
                let all = try await Self.receipts(night)
                #expect(all.count == night.sandbox.payerRequests()["POST /"])
                #expect(Set(all.map(\.submission)).count == all.count)
            }
            let whole = try await night(in: place + "/whole", keys: place + "/stopped/keys") { night in
                let ending = try PDexProcess(Self.command(night), in: place).ending()
                #expect(ending.status == 3)
            }
            #expect(whole.count > 100)
            #expect(stopped == whole)
        }
    }

    @Test("who asks twice ends it at once, and the next start takes over what was on its way")
    func endsAtOnce() async throws {
        try await withTemporaryFolder { place in
            let stopped = try await night(in: place + "/stopped", keys: nil) { night in
                let process = try PDexProcess(Self.command(night), in: place)
                await Self.waitForDeliveries(2, night, process)
                // A pending signal swallows another one.
                while process.isRunning {
                    process.send(SIGTERM)
                    await Task.yield()
                }
                let ending = try process.ending()
                #expect(ending.status == CommandStatus.interrupted.rawValue)

                let last = try PDexProcess(Self.command(night), in: place).ending()
                #expect(last.status == 3)
                let open = try await night.store.read { try $0.queued() }
                #expect(open.isEmpty)
            }
            let whole = try await night(in: place + "/whole", keys: place + "/stopped/keys") { night in
                _ = try PDexProcess(Self.command(night), in: place).ending()
            }
            #expect(stopped == whole)
        }
    }

    /// What Med0 holds after `body`, by `Type/id`; times and Provenance depend on the run and are left out.
    private func night(
        in place: String, keys: String?, _ body: @Sendable (SandboxNight) async throws -> Void
    ) async throws -> [String: JSONValue] {
        if let keys {
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try FileManager.default.copyItem(atPath: keys, toPath: place + "/keys")
        }
        return try await SandboxNight.with(
            data: nil, in: place, members: Self.members, changing: { $0.latencyMilliseconds = Self.latency },
            { night in
                try await body(night)
                return night.sandbox.payerResources().contents
            })
    }

    private static func waitForDeliveries(_ count: Int, _ night: SandboxNight, _ process: PDexProcess) async {
        while process.isRunning, night.sandbox.payerRequests()["POST /", default: 0] < count { await Task.yield() }
    }

    private static func receipts(_ night: SandboxNight) async throws -> [Receipt] {
        try await night.store.read { reader in
            try reader.exchanges(matching: ExchangeFilter(), limit: 1000).flatMap {
                try reader.receipts(ofExchange: $0.id)
            }
        }
    }

    private static func command(_ night: SandboxNight) -> [String] {
        ["run", SandboxNight.job, "--config", night.folder.configuration, "--quiet"]
    }
}
