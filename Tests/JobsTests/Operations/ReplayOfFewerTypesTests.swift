import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

/// A member request may ask for fewer types than its job sends: everything made for it keeps to them (CO-08, Q-04).
@Suite("Replays of what was asked for some types alone")
struct ReplayOfFewerTypesTests {
    @Test(
        "those types alone are sent, from whatever step and however often, and the preview says so",
        arguments: [Replay.Step.pull, .join, .map])
    func narrow(step: Replay.Step) async throws {
        let served = try await Self.asked(.refuse(422))
        let demand = ReplayDemand(from: step, reason: "a test")
        let id = try await served.newest().id
        let searches = served.night.clinic.asked("Observation").count

        let preview = try await Self.preview(served, id, demand)
        served.night.payer.reply(.refuse(422))
        _ = try await served.operations.replay([id], demand)
        let again = try await served.newest()
        served.night.clock.advance(seconds: 60)
        _ = try await served.operations.replay([again.id], demand)

        #expect(preview.withheld == [.jobTypeNotSelected: 2])
        #expect(again.replayOf == id && again.types == ["Encounter"])
        #expect(try await served.newest().state == .acknowledged)
        #expect(served.held.contains("Encounter") && served.held.isDisjoint(with: ["Observation", "Condition"]))
        #expect(served.night.clinic.asked("Observation").count == searches)
    }

    @Test("also where nothing of it says so, since all of it was withheld")
    func withheld() async throws {
        let served = try await Self.staged([NamedMember.joe.with { $0.consent = nil }])
        try await served.askForVisits()
        let id = try await served.newest().id
        #expect(try await served.newest().state == .withheld)
        for record in try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        where record.type == "Consent" { served.night.payer.put(record) }
        served.night.clock.advance(seconds: 3600)

        _ = try await served.operations.replay([id], ReplayDemand(reason: "a test"))

        #expect(try await served.newest().state == .acknowledged)
        #expect(served.held.contains("Encounter") && served.held.isDisjoint(with: ["Observation", "Condition"]))
    }

    @Test("so it is where only the failed entries go")
    func failedEntries() async throws {
        let served = try await Self.asked(
            .retell { responses in responses.enumerated().map { $0 == 0 ? ["response": ["status": "422"]] : $1 } },
            delivery: .batch)
        let id = try await served.newest().id

        _ = try await served.operations.replay([id], ReplayDemand(onlyFailedEntries: true, reason: "a test"))

        #expect(try await served.newest().state == .acknowledged)
        #expect(try await served.newest().replayOf == id)
        #expect(served.held.isDisjoint(with: ["Observation", "Condition"]))
    }

    @Test("what goes as it was may bring what waited when it was asked for")
    func asSent() async throws {
        let served = try ServedNight()
        served.night.payer.reply(.busy(retryAfterSeconds: 600), .loseAnswer, .loseAnswer, .loseAnswer)
        _ = try await served.operations.run(job: served.job.name)
        served.night.clock.advance(seconds: 60)
        try await served.askForVisits()
        for _ in 0..<2 {
            served.night.clock.advance(seconds: 700)
            _ = try await served.night.pipeline.deliver()
        }
        let doubtful = try await served.newest()
        #expect(doubtful.state == .parked && doubtful.types == ["Encounter"])

        _ = try await served.operations.replay([doubtful.id], ReplayDemand(from: .submit, reason: "a test"))

        let sent = try await served.newest()
        #expect(sent.state == .acknowledged && sent.replayOf == doubtful.id && sent.types == ["Encounter"])
        #expect(served.held.isSuperset(of: ["Observation", "Condition"]))
    }

    /// The outcome of a request for visits that was answered so; the whole chart is staged.
    private static func asked(
        _ reply: ScriptedPayer.Reply, delivery: ExchangeTerms.Delivery.Kind = .transaction
    ) async throws -> ServedNight {
        let served = try await staged(by: delivery)
        served.night.payer.reply(reply)
        try await served.askForVisits()
        #expect(try await served.newest().state == .parked)
        served.night.clock.advance(seconds: 60)
        return served
    }

    private static func staged(
        _ members: [NamedMember] = [.joe], by delivery: ExchangeTerms.Delivery.Kind = .transaction
    ) async throws -> ServedNight {
        let served = try ServedNight(members, delivery: delivery)
        _ = try await served.operations.run(job: served.job.name, dryRun: true)
        served.night.clock.advance(seconds: 60)
        return served
    }

    private static func preview(
        _ served: ServedNight, _ id: String, _ demand: ReplayDemand
    ) async throws -> ReplayPreview {
        let outcomes = try await served.operations.preview(replayOf: [id], demand)
        return try #require(
            outcomes.compactMap { if case .eligible(_, let preview) = $0 { preview } else { nil } }.first)
    }
}

extension ServedNight {
    fileprivate func askForVisits() async throws {
        let demand = MemberDemand(patient: "joe", types: ["Encounter"])
        _ = try await operations.answer(operations.accept(demand, by: job).id)
    }

    fileprivate func newest() async throws -> Exchange {
        try #require(try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first)
    }

    /// The types of the resources that the payer holds.
    fileprivate var held: Set<String> { Set(night.payer.held.values.map(\.type)) }
}
