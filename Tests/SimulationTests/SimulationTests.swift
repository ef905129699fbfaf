import Foundation
import Simulation
import Testing

/// The product's own scheduler, worker, pipeline and store through a week of faults, by seeds; `make simulate` has
/// more.
@Suite("A week of a town, by a seed", .serialized, .timeLimit(.minutes(30)))
struct SimulationTests {
    /// Few enough members that a week takes a moment.
    private static let members = 6
    /// Seeds are tried until every rare state was reached, and no longer.
    private static let mostSeeds: UInt64 = 120

    @Test("no seed breaks a promise, and every rare state is reached")
    func keepsPromises() async throws {
        var tally = SeedTally(members: Self.members)
        var broken: [String] = []

        for seed in 1...Self.mostSeeds where seed <= 8 || !tally.missed.isEmpty {
            let outcome = try await Self.outcome(of: seed)
            tally.count(outcome)
            broken += outcome.violations.map { "seed \(seed): \($0); again: \(tally.command(seed: seed))" }
        }

        #expect(broken == [])
        #expect(tally.missed == [])
        print(tally)
    }

    @Test("a seed comes to the same again, event by event", arguments: [3])
    func replays(seed: UInt64) async throws {
        let first = try await Self.outcome(of: seed)
        let second = try await Self.outcome(of: seed)

        #expect(first.trace == second.trace && first.turns == second.turns && first.turns > 500)
        #expect(first.trace != (try await Self.outcome(of: seed + 100)).trace)
    }

    @Test("a planted bug is caught by the promise that it breaks", arguments: planted)
    func catches(bug: PlantedBug) async throws {
        var broken: Set<Promise> = []

        for seed in bug.likelySeeds where broken.isDisjoint(with: bug.breaks) {
            broken.formUnion(try await Self.outcome(of: seed, with: bug).broken)
        }

        #expect(!broken.isDisjoint(with: bug.breaks))
    }

    /// Two that show at once; `make planted` plants all of them, and `PDEX_PLANTED` can name one.
    private static var planted: [PlantedBug] {
        let asked = ProcessInfo.processInfo.environment["PDEX_PLANTED"] ?? ""
        if asked == "all" { return PlantedBug.allCases }
        return PlantedBug(rawValue: asked).map { [$0] } ?? [.acknowledgedBeforeSent, .randomIDs]
    }

    private static func outcome(of seed: UInt64, with bug: PlantedBug? = nil) async throws -> SeedOutcome {
        try await SimulatedWeek(seed: seed, members: members, mappings: mappings, bug: bug).outcome()
    }

    private static let mappings = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("mappings/us-core-6.1.0").path
}
