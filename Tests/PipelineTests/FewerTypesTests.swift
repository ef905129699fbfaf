import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// A nightly job may send a payer all data of a member, and a request or another job a part of it (Q-03, CO-08).
@Suite("An exchange of fewer types takes the place of one of all types without losing what that was to bring")
struct FewerTypesTests {
    @Test("what waits is sent by the request that comes after it, and nothing is sent at night again")
    func waiting() async throws {
        let whole = try Night([.joe], mappings: usCoreMappings)
        _ = try await whole.run("night-1")
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.refuse(503))
        _ = try await night.run("night-1")
        #expect(night.payer.held.isEmpty)

        night.clock.advance(seconds: 3600)
        let report = try await Self.visits(night, "request")

        #expect(report.balanced && report.resources.leftOut[.jobTypeNotSelected] == nil)
        #expect(night.payer.held.values.contents == whole.payer.held.values.contents)
        try await Self.expectNothingNew(night)
    }

    @Test("what the payer has stays known: a request of fewer types after it, and the next night, send nothing")
    func acknowledged() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let sent = night.payer.received.count

        let report = try await Self.visits(night, "request")

        #expect(report.balanced && night.payer.received.count == sent)
        try await Self.expectNothingNew(night)
    }

    @Test("what changed of the other types is left to the next night, and sent then")
    func changed() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let before = Self.result(night)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "9.90")))
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("looks", dryRun: true)

        let report = try await Self.visits(night, "request")

        #expect(report.resources.leftOut[.jobTypeNotSelected] == 1 && report.balanced)
        #expect(Self.result(night)?.content == before?.content)
        _ = try await night.run("night-2")
        #expect(Self.result(night)?.content != before?.content)
        try await Self.expectNothingNew(night)
    }

    @Test("a request alone sends what it names, and the night after it the rest")
    func alone() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("looks", dryRun: true)

        let report = try await Self.visits(night, "request")

        #expect(report.balanced && report.resources.leftOut == [.jobTypeNotSelected: 2])
        #expect(Self.result(night) == nil && !night.payer.held.isEmpty)
        _ = try await night.run("night-1")
        #expect(Self.result(night) != nil)
        try await Self.expectNothingNew(night)
    }

    @Test(
        "a replay of such a request keeps what the payer has besides, and does not count it as sent",
        arguments: [Replay.Step.pull, .join, .map])
    func replayed(step: Replay.Step) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 60)
        _ = try await Self.visits(night, "request")
        let sent = night.payer.received.count
        let made = try #require(
            try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first)
        night.clock.advance(seconds: 60)
        let run = night.firing("replay")

        let preview = try await night.pipeline.preview(made, run: run, from: step, acceptingMappingChanges: true)
        let again = try await night.pipeline.replay(made, run: run, from: step)

        // The patient, the visit and who saw them.
        #expect(preview.added + preview.changed + preview.repeated == 3)
        #expect(again.state == .acknowledged && again.replayOf == made.id && again.types == ["Encounter"])
        #expect(night.payer.received.count == sent + 1)
        try await Self.expectNothingNew(night)
    }

    private static func visits(_ night: Night, _ name: String) async throws -> RunReport {
        try await night.pipeline.request(member: "joe", types: ["Encounter"], run: night.firing(name))
    }

    private static func expectNothingNew(_ night: Night) async throws {
        let sent = night.payer.received.count
        night.clock.advance(seconds: 86_400)
        let report = try await night.run("again")
        #expect(night.payer.received.count == sent && report.balanced)
        #expect(try await night.store.read { try $0.queued() }.isEmpty)
    }

    private static func result(_ night: Night) -> Resource? {
        night.payer.held.values.first { $0.type == "Observation" }
    }
}
