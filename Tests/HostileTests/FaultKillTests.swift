import Foundation
import PDexTesting
import SampleData
import Synchronization
import Testing

/// Every fault together with the end of the process: a run under a fault that is killed at any request or commit and
/// then resumed has the same outcome as without the kill (reliability P2, compound faults).
@Suite("A kill under every fault", .serialized, .timeLimit(.minutes(60)))
struct FaultKillTests {
    /// How many kills a line gets; `PDEX_KILLS=all` means one at every boundary.
    private static let killsALine: Int = {
        let wanted = ProcessInfo.processInfo.environment["PDEX_KILLS"] ?? ""
        return wanted == "all" ? .max : Int(wanted) ?? 2
    }()

    @Test("what is gone on with comes to the same", arguments: FaultTable.all)
    func goesOn(line: FaultLine) async throws {
        let whole = try await FaultFreeRun.of(line.method)
        let calm = try await KillTrial(line: line).outcome()
        var wrongs: [String] = []
        var figures = KillFigures(line: line.testDescription, boundaries: calm.open)

        for end in Self.spread(over: calm.open, as: line) {
            let trial = KillTrial(line: line, end: end)
            let outcome = try await trial.outcome()
            wrongs += trial.wrongs(outcome, beside: calm, whole)
            figures.count(outcome)
        }

        #expect(calm.endings.first == line.ending.words)
        #expect(calm.open > 5)
        #expect(wrongs == [])
        print(figures)
    }

    /// One boundary from each of that many equal parts of a run, a different one for each line.
    private static func spread(over count: Int, as line: FaultLine) -> [Int] {
        let parts = min(count, killsALine, line.mostKills, line.isImpatient ? 6 : .max)
        var numbers = SeededNumbers(seed: line.testDescription.utf8.reduce(5381) { $0 &* 33 &+ UInt64($1) })
        return (0..<parts).map { part in
            let (start, end) = (count * part / parts, count * (part + 1) / parts)
            return Int.random(in: start..<end, using: &numbers) + 1
        }
    }
}
