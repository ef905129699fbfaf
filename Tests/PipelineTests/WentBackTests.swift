import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Acknowledged content is no longer certain once something else was sent in its place (WR-14).
@Suite("A clinic goes back to what the payer acknowledged, while something else may have arrived")
struct WentBackTests {
    @Test("the payer ends with what the clinic has, whatever became of what was between", arguments: [true, false])
    func wentBack(arrived: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let first = try #require(Self.result(night))

        night.clinic.put(try Resource(NamedMember.joe.observation(value: "9.90")))
        night.clock.advance(seconds: 86_400)
        night.payer.reply(arrived ? .loseAnswer : .fail(Fault(.payerUnknownOutcome, .retry, "no answer came")))
        _ = try await night.run("night-2")
        #expect((Self.result(night)?.content != first.content) == arrived)

        for record in try NamedMember.joe.clinicRecords() { night.clinic.put(record) }
        night.clock.advance(seconds: 86_400)
        let third = try await night.run("night-3")

        #expect(Self.result(night)?.content == first.content)
        #expect(third.balanced && third.exchanges.acknowledged == 1)
        #expect(try await night.store.read { try $0.queued() }.isEmpty)
    }

    @Test("what was refused as a whole took no place, and nothing is sent again")
    func refused() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "9.90")))
        night.clock.advance(seconds: 86_400)
        night.payer.reply(.refuse(422))
        _ = try await night.run("night-2")
        let sent = night.payer.received.count

        for record in try NamedMember.joe.clinicRecords() { night.clinic.put(record) }
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-3")

        #expect(night.payer.received.count == sent)
    }

    private static func result(_ night: Night) -> Resource? {
        night.payer.held.values.first { $0.type == "Observation" }
    }
}
