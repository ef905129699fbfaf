import FHIR
import Foundation
import PDex
import Testing

/// `make crash`: the same kills for a payer that takes files, at any moment (WR-16, WR-22 d, f).
@Suite("SIGKILL in a small night by files", .serialized, .timeLimit(.minutes(120)))
struct DropCrashTests {
    @Test(
        "random kills: Med0 has what it has after a night of transactions without a kill",
        arguments: [ExchangeTerms.Delivery.Kind.fileDrop, .bulkSubmit])
    func random(kind: ExchangeTerms.Delivery.Kind) async throws {
        try await withTemporaryFolder { place in
            let (calm, calls) = try await Self.calm(in: place, kind)
            var numbers = Chance(seed: UInt64(Self.count("PDEX_CRASH_SEED", or: 1)))
            var figures = CrashFigures(name: "random kills by \(kind.rawValue)")

            for number in 0..<Self.count("PDEX_CRASHES", or: 2) {
                // A resumed night makes fewer calls.
                let kills = [1, 2].map { CrashTrial.Kill.after(calls: numbers.below(calls / $0)) }
                figures.count(try await Self.trial(number, kills, place, kind), of: "\(kills)", beside: calm)
            }

            print(figures)
            #expect(figures.wrongs == [])
        }
    }

    @Test(
        "a kill on entering calls that make, sync and rename a drop",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")),
        arguments: ["rename", "fsync", "mkdir"])
    func sweep(call: String) async throws {
        try await withTemporaryFolder { place in
            let (calm, _) = try await Self.calm(in: place, .fileDrop)
            var figures = CrashFigures(name: "kills by file drop on entering \(call)")
            // Without the campaign, each third of the first ten.
            let step = Self.count("PDEX_SWEEP", or: 0)
            var time = 2
            var isKilled = true

            while isKilled, step > 0 || time < 10 {
                let kills = [CrashTrial.Kill.entering(call, time: time), .entering(call, time: 1 + time / 2)]
                let outcome = try await Self.trial(time, kills, place, .fileDrop)
                figures.count(outcome, of: "\(kills)", beside: calm)
                isKilled = outcome.kills > 0
                time += step > 0 ? step : 3
            }

            print(figures)
            #expect(figures.wrongs == [] && figures.kills > 0)
        }
    }

    /// A night of transactions without a kill, and the system calls of one by files.
    private static func calm(
        in place: String, _ kind: ExchangeTerms.Delivery.Kind
    ) async throws -> (CrashTrial.Outcome, calls: Int) {
        let calm = try await CrashTrial(place: place + "/calm", keys: nil, kills: []).outcome()
        let dropped = try await trial(0, [], place, kind)
        #expect(calm.held.count > 20 && dropped.held == calm.held && dropped.refusedDrops == [])
        return (calm, dropped.calls)
    }

    private static func trial(
        _ number: Int, _ kills: [CrashTrial.Kill], _ place: String, _ kind: ExchangeTerms.Delivery.Kind
    ) async throws -> CrashTrial.Outcome {
        let folder = place + "/trial-\(number)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await CrashTrial(place: folder, keys: place + "/calm/keys", kills: kills, delivery: kind)
            .outcome()
    }

    private static func count(_ name: String, or usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }
}
