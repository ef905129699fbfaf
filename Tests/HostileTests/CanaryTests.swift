import FHIRClient
import PDex
import PDexTesting
import Pipeline
import Testing

/// Nothing that is shown, logged or kept for operators holds a member's data or a secret, whatever goes wrong
/// (reliability T15, R15).
@Suite("Canary", .serialized, .timeLimit(.minutes(10)))
struct CanaryTests {
    @Test("what other people say is not repeated", arguments: Talk.answers + Talk.elsewhere + Talk.payer)
    func repeatsNothing(talk: Talk) async throws {
        let night = try HostileNight(by: talk.method, members: Canary.members)
        try talk.prepare(night)
        let canary = Canary(night)

        let shown = try await canary.shown()

        #expect(shown.utf8.count > 500)
        #expect(canary.found(in: shown) == [])
    }

    @Test("no fault makes a night talk", arguments: FaultTable.all)
    func keepsQuiet(line: FaultLine) async throws {
        let night = try HostileNight(under: line, members: Canary.members)
        let canary = Canary(night)

        let shown = try await canary.shown()

        #expect(shown.utf8.count > 500)
        #expect(canary.found(in: shown) == [])
    }

    @Test("the needles are in what is carried, so that they could be found")
    func carriesNeedles() async throws {
        let night = try HostileNight(by: .bulkExport, members: Canary.members)
        _ = try await night.run("night-1")
        let canary = Canary(night)

        let carried =
            try await night.staged().values.map { String(decoding: $0, as: UTF8.self) }.joined()
            + night.clinic.listener.received.map { "\($0)" }.joined()

        #expect(canary.found(in: carried).count >= 8 + 1)
    }
}
