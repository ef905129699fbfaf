import FHIR
import Foundation
import PDex
import Testing

/// `make crash`: real processes, killed at random and at system calls, and killed again while they recover (reliability
/// P2).
@Suite("SIGKILL anywhere in a small night, and again in its recovery", .serialized, .timeLimit(.minutes(120)))
struct CrashCampaignTests {
    @Test("random kills: the payer's state, the balance and the store are those of a night without them")
    func random() async throws {
        try await withTemporaryFolder { place in
            let calm = try await Self.calm(in: place)
            var numbers = Chance(seed: Self.seed)
            var figures = CrashFigures(name: "random kills from seed \(Self.seed)")

            for number in 0..<Self.count("PDEX_CRASHES", or: 2) {
                // A resumed night makes fewer calls.
                let kills = [1, 2].map { CrashTrial.Kill.after(calls: numbers.below(calm.calls / $0)) }
                figures.count(try await Self.trial(number, kills, place), of: "\(kills)", beside: calm)
            }

            print(figures)
            #expect(figures.wrongs == [])
        }
    }

    @Test(
        "a kill on entering each call that writes, syncs or sends, until the night ends without one",
        .enabled(if: count("PDEX_SWEEP", or: 0) > 0),
        arguments: ["pwrite64", "fdatasync", "sendto", "unlink", "ftruncate", "fcntl"])
    func sweep(call: String) async throws {
        try await withTemporaryFolder { place in
            let calm = try await Self.calm(in: place)
            let step = max(1, Self.count("PDEX_SWEEP", or: 1))
            var figures = CrashFigures(name: "kills on entering \(call), every \(step)")
            var time = 1
            var isKilled = true

            while isKilled {
                let kills = [CrashTrial.Kill.entering(call, time: time), .entering(call, time: 1 + time / 2)]
                let outcome = try await Self.trial(time, kills, place)
                figures.count(outcome, of: "\(kills)", beside: calm)
                isKilled = outcome.kills > 0
                time += step
            }

            print(figures)
            #expect(figures.wrongs == [])
        }
    }

    /// The same night without a kill.
    private static func calm(in place: String) async throws -> CrashTrial.Outcome {
        let calm = try await CrashTrial(place: place + "/calm", keys: nil, kills: []).outcome()
        // 3: some members are parked, as intended in the invented story.
        #expect([0, 3].contains(calm.status) && calm.check == 0 && calm.isAuditWhole)
        #expect(calm.held.count > 20 && calm.calls > 100)
        return calm
    }

    private static func trial(_ number: Int, _ kills: [CrashTrial.Kill], _ place: String) async throws
        -> CrashTrial.Outcome
    {
        let folder = place + "/trial-\(number)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await CrashTrial(place: folder, keys: place + "/calm/keys", kills: kills).outcome()
    }

    private static func count(_ name: String, or usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    private static let seed = UInt64(count("PDEX_CRASH_SEED", or: 1))
}
