import FHIR
import Foundation
import PDex
import Testing

/// `make crash`: the same kills in the commands of operators that change what was done (reliability P2, R16).
@Suite("SIGKILL in a replay and in a restoration", .serialized, .timeLimit(.minutes(120)))
struct OperatorCrashTests {
    @Test(
        "random kills: the same command goes on, and the payer holds what it held",
        arguments: [CrashTrial.Errand.replay, .restore])
    func random(errand: CrashTrial.Errand) async throws {
        try await withTemporaryFolder { place in
            let calm = try await Self.calm(in: place, errand)
            var numbers = Chance(seed: UInt64(Self.count("PDEX_CRASH_SEED", or: 1)))
            var figures = CrashFigures(name: "random kills in \(errand)")

            for number in 0..<Self.count("PDEX_CRASHES", or: 1) {
                let kills = [1, 2].map { CrashTrial.Kill.after(calls: numbers.below(calm.calls / $0)) }
                figures.count(try await Self.trial(number, kills, place, errand), of: "\(kills)", beside: calm)
            }

            print(figures)
            #expect(figures.wrongs == [])
        }
    }

    @Test(
        "a kill on entering calls that put a backup in the place of the store, or keep a replay",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")),
        arguments: [
            (CrashTrial.Errand.restore, "rename"), (.restore, "link"), (.restore, "unlink"), (.restore, "fsync"),
            (.restore, "fdatasync"), (.replay, "fdatasync"), (.replay, "sendto"),
        ])
    func sweep(errand: CrashTrial.Errand, call: String) async throws {
        try await withTemporaryFolder { place in
            let calm = try await Self.calm(in: place, errand)
            var figures = CrashFigures(name: "kills in \(errand) on entering \(call)")
            // Without the campaign, only the first.
            let step = Self.count("PDEX_SWEEP", or: 0)
            var time = 1
            var isKilled = true

            while isKilled, step > 0 || time == 1 {
                let kills = [CrashTrial.Kill.entering(call, time: time), .entering(call, time: 1 + time / 2)]
                let outcome = try await Self.trial(time, kills, place, errand)
                figures.count(outcome, of: "\(kills)", beside: calm)
                isKilled = outcome.kills > 0
                time += max(1, step)
            }

            print(figures)
            #expect(figures.kills > 0)
            #expect(figures.wrongs == [])
        }
    }

    /// The same command without a kill: the payer holds what a night brings.
    private static func calm(in place: String, _ errand: CrashTrial.Errand) async throws -> CrashTrial.Outcome {
        let night = try await CrashTrial(place: place + "/calm", keys: nil, kills: []).outcome()
        let calm = try await trial(0, [], place, errand)
        #expect(calm.held.count > 20 && calm.held == night.held && calm.check == 0 && calm.status == 0)
        return calm
    }

    private static func trial(
        _ number: Int, _ kills: [CrashTrial.Kill], _ place: String, _ errand: CrashTrial.Errand
    ) async throws -> CrashTrial.Outcome {
        let folder = place + "/trial-\(number)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await CrashTrial(place: folder, keys: place + "/calm/keys", kills: kills, errand: errand).outcome()
    }

    private static func count(_ name: String, or usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }
}
