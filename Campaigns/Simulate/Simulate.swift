import Foundation
import Simulation

/// `make simulate`: many seeds, one after another; exits with 1 when a promise was broken or, from 1,000 seeds on, a
/// rare state was not reached.
@main
enum Simulate {
    static func main() async throws {
        let settings = ProcessInfo.processInfo.environment
        let first = settings["FIRST"].flatMap { UInt64($0) } ?? 1
        let count = settings["SEEDS"].flatMap { UInt64($0) } ?? 100
        let members = settings["MEMBERS"].flatMap { Int($0) } ?? 20
        let bug = settings["PLANT"].flatMap { PlantedBug(rawValue: $0) }
        let tells = settings["TELL"] == "1"
        var tally = SeedTally(members: members)
        for seed in first..<first + count {
            let week = try SimulatedWeek(
                seed: seed, members: members, mappings: "mappings/us-core-6.1.0", bug: bug)
            let outcome = try await tells ? week.outcome { print($0) } : week.outcome()
            tally.count(outcome)
            if seed % 100 == 0 { tally.count(outcome, again: try await week.outcome()) }
            for words in outcome.violations {
                print("seed \(seed): \(words)\n  again: \(tally.command(seed: seed))")
            }
        }
        print(tally)
        if tally.hasFailed(ofAll: count >= 1000 && bug == nil) { exit(1) }
    }
}
