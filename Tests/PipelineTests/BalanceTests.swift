import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("The balance sheet")
struct BalanceTests {
    @Test("members and resources add up, whatever the members are and however the payer answers", arguments: 0..<24)
    func addsUp(seed: Int) async throws {
        var generator = SplitMix(seed: UInt64(seed))
        let members = (0..<8).map { index in
            let born = "19\(50 + Int.random(in: 0..<4, using: &generator))-01-02"
            let name = ["Lee", "Kim"].randomElement(using: &generator) ?? "Lee"
            let hasID = Bool.random(using: &generator)
            return NamedMember("p\(index)", "Sam", name, born: born, memberID: hasID ? "M0-\(index)" : nil).with {
                if Int.random(in: 0..<4, using: &generator) == 0 { $0.covered = nil }
                if Int.random(in: 0..<4, using: &generator) == 0 { $0.consent = "inactive" }
                if Int.random(in: 0..<4, using: &generator) == 0 { $0.visitLabels = ["R"] }
                if Int.random(in: 0..<6, using: &generator) == 0 { $0.visit = nil }
            }
        }
        let night = try Night(members, mappings: usCoreMappings)
        night.payer.reply(.accept, .refuse(422), .busy(retryAfterSeconds: nil), .acceptAllButLast)
        let first = try await night.run("night-1")
        #expect(first.balanced)
        #expect(first.pulled.patients == 8)
        night.clock.advance(seconds: 7200)
        let second = try await night.run("night-2")
        #expect(second.balanced)
        #expect(second.exchanges.total == 8)
    }
}

/// A small seeded generator, so that a failing case can be run again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
