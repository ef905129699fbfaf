import Foundation
import PDexTesting
import Testing

/// The suite uses 40; `make populations` uses 10,000.
@Suite("Whose data arrives, in many populations")
struct PopulationNightTests {
    private static let nights = ProcessInfo.processInfo.environment["PDEX_POPULATIONS"].flatMap(Int.init) ?? 40

    @Test("nothing arrives as another's or of a day without coverage, and what cannot be decided is parked")
    func nights() async throws {
        let each = Self.nights / 2
        let total = try await withThrowingTaskGroup(of: PopulationNight.Count.self) { group in
            for part in 0..<2 {
                group.addTask {
                    var count = PopulationNight.Count()
                    for seed in 0..<each {
                        let night = try PopulationNight(seed: UInt64(part * each + seed + 1), mappings: usCoreMappings)
                        count += try await night.count()
                    }
                    return count
                }
            }
            return try await group.reduce(into: PopulationNight.Count()) { $0 += $1 }
        }
        #expect(total.wrong == [])
        #expect(total.uncovered == [])
        #expect(total.lost == [])
        #expect(total.guessed == [])
        #expect(total.right > each * 4)
        #expect(total.parked > each * 2)
        #expect(total.cancelled > each / 3)
        print(
            "\(each * 2) populations by night: \(total.right) exchanges acknowledged with \(total.resources) resources, "
                + "\(total.parked) parked, \(total.cancelled) withheld for a coverage that was cancelled meanwhile")
    }
}
