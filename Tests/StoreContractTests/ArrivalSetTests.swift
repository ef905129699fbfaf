import PDex
import SampleData
import Testing

@Suite("An arrival set")
struct ArrivalSetTests {
    @Test(
        "holds what was added and nothing else, in whatever order that came", arguments: 1...20 as ClosedRange<UInt64>)
    func holdsWhatWasAdded(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        let added = Set((0..<200).map { _ in Int64.random(in: 1...2_000, using: &random) })
        var set = ArrivalSet()
        for number in added.shuffled(using: &random) { set.insert(number) }
        for number in Int64(0)...3_000 { #expect(set.contains(number) == added.contains(number)) }
    }
}
