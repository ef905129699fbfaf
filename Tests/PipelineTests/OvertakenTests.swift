import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Between the look at a member and what is written of it another process may write.
@Suite("What was made of an older look at a member never follows what is newer")
struct OvertakenTests {
    @Test("nothing is written of a member of whom another run wrote meanwhile, and who it was is told")
    func overtaken() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("look", dryRun: true)
        let runs = ["request", "night"].map(night.firing)
        for run in runs { try await night.store.write { try $0.open(run) } }
        let keys = ["joe", "ada"].map { night.identities.key(source: "clinic0", type: "Patient", id: $0) }
        let made = try await night.store.read { reader in
            try runs.map { run in try keys.map { try night.pipeline.maker(run).make($0, reader) } }
        }
        let writer = ExchangeWriter(store: night.store, clock: night.clock, actor: "tests")

        let first = try await writer.write([made[0][0]], in: runs[0])
        let second = try await writer.write(made[1], in: runs[1])

        #expect(first == [] && second == [keys[0]])
        let exchanges = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 10) }
        #expect(Set(exchanges.map(\.run)) == ["request", "night"] && exchanges.count == 2)
    }
}
