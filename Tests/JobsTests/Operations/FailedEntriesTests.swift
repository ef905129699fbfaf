import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

/// What is made again when a payer accepted some entries of a bundle and refused others (WR-03, Q-04).
@Suite("Replays of failed entries")
struct FailedEntriesTests {
    private static let demand = ReplayDemand(onlyFailedEntries: true, reason: "a test")

    @Test(
        "whichever entry is refused: it goes again with what tells of it, nothing acknowledged does, and then all is there",
        arguments: [ExchangeTerms.Delivery.Kind.batch, .put, .bulkSubmit])
    func each(delivery: ExchangeTerms.Delivery.Kind) async throws {
        let whole = try await Self.partlyServed(delivery, refusing: [0]).night.payer.received
        let count = Self.entries(of: whole[0]).count
        #expect(count > 5)
        for refused in 0..<count {
            let served = try await Self.partlyServed(delivery, refusing: [refused])
            let (payer, id) = (served.night.payer, try await served.exchange().id)
            let first = Self.entries(of: payer.received[0])
            let preview = try await Self.preview(served, id)

            _ = try await served.operations.replay([id], Self.demand)

            let newest = try #require(try await served.all().first)
            #expect(newest.state == .acknowledged && newest.replayOf == id)
            #expect(payer.received.count == 2)
            let again = Self.entries(of: payer.received[1])
            let place = first[refused].place
            #expect(preview.entries == again.count)
            #expect(Set(preview.staying).isDisjoint(with: again.map(\.place)))
            #expect(Self.isTold(again))
            guard !place.hasPrefix("Provenance/"), !place.hasPrefix("Organization/") else {
                // The sender and the Provenance go along with whatever is sent.
                #expect(again.map(\.place).contains(place))
                continue
            }
            #expect(again.map(\.place).filter { !$0.hasPrefix("Provenance/") } == [place])
            #expect(again[0].bytes == first[refused].bytes)
            let others = first.map(\.place).filter { !$0.hasPrefix("Provenance/") && !$0.hasPrefix("Organization/") }
            #expect(Set(preview.staying) == Set(others).subtracting([place]))
        }
    }

    @Test("what a payer takes whole or not at all is not replayed in part")
    func transaction() async throws {
        let served = try ServedNight()
        served.night.payer.reply(.acceptAllButLast)
        _ = try await served.operations.run(job: served.job.name)
        let id = try await served.exchange().id

        let outcomes = try await served.operations.replay([id], Self.demand)

        #expect("\(outcomes)".contains("whole or not at all"))
        #expect(served.night.payer.received.count == 1)
    }

    @Test(
        "where nothing was acknowledged, or nothing failed, there are no failed entries to replay", arguments: [0, 1])
    func allOrNothing(taken: Int) async throws {
        let served = try ServedNight(delivery: .batch)
        if taken == 0 { served.night.payer.reply(.refuse(422)) }
        _ = try await served.operations.run(job: served.job.name)
        let id = try await served.exchange().id
        served.night.clock.advance(seconds: 60)

        let outcomes = try await served.operations.replay([id], Self.demand)

        #expect("\(outcomes)".contains(taken == 0 ? "acknowledged no entry" : "no entry of it failed"))
        #expect(served.night.payer.received.count == 1)
    }

    @Test("consent is asked again: without it no failed entry leaves", arguments: [Replay.Step.pull, .join])
    func consent(step: Replay.Step) async throws {
        let served = try await Self.partlyServed(.batch, refusing: [2])
        let id = try await served.exchange().id
        served.night.payer.remove("Consent", "consent-joe")
        served.night.clock.advance(seconds: 3600)

        _ = try await served.operations.replay(
            [id], ReplayDemand(from: step, onlyFailedEntries: true, reason: "a test"))

        #expect(try await served.all().first?.state == .withheld)
        #expect(served.night.payer.received.count == 1)
    }

    @Test("a demand that comes twice is one replay, and sends each failed entry once")
    func doubleClick() async throws {
        let served = try await Self.partlyServed(.batch, refusing: [2])
        let id = try await served.exchange().id
        let first = try await served.operations.accept(replayOf: [id], Self.demand)
        served.night.clock.advance(seconds: 1)

        let second = try await served.operations.accept(replayOf: [id], Self.demand)
        for run in first.runs + second.runs { _ = try await served.operations.carry(replay: run) }
        served.night.clock.advance(seconds: 1)
        let third = try await served.operations.replay([id], Self.demand)

        #expect(second.runs == first.runs)
        #expect("\(third)".contains("already"))
        #expect(served.night.payer.received.count == 2)
    }

    @Test(
        "what was refused once more is replayed from there: what either attempt brought stays",
        arguments: [ExchangeTerms.Delivery.Kind.batch, .bulkSubmit])
    func again(delivery: ExchangeTerms.Delivery.Kind) async throws {
        let served = try await Self.partlyServed(delivery, refusing: [2, 3])
        let (payer, id) = (served.night.payer, try await served.exchange().id)
        payer.reply(Self.refusing([0]))
        _ = try await served.operations.replay([id], Self.demand)
        let newer = try #require(try await served.all().first)
        served.night.clock.advance(seconds: 60)

        _ = try await served.operations.replay([newer.id], Self.demand)

        #expect(newer.state == .parked)
        #expect(try await served.all().first?.state == .acknowledged)
        try #require(payer.received.count == 3)
        let sent = payer.received.map { Self.entries(of: $0).map(\.place).filter { !$0.hasPrefix("Provenance/") } }
        #expect(Set(sent[1]) == [sent[0][2], sent[0][3]])
        #expect(sent[2] == [sent[1][0]])
    }

    @Test("what has changed at the clinic goes along with what failed, and the balance of the exchange is whole")
    func changed() async throws {
        let served = try await Self.partlyServed(.batch, refusing: [2])
        let (payer, id) = (served.night.payer, try await served.exchange().id)
        let before = try await served.exchange()
        try served.night.clinic.put(Resource(NamedMember.joe.observation(value: "9.99")))

        _ = try await served.operations.replay(
            [id], ReplayDemand(from: .pull, onlyFailedEntries: true, reason: "a test"))

        let newest = try #require(try await served.all().first)
        let sent = Self.entries(of: payer.received[1]).map(\.place).filter { !$0.hasPrefix("Provenance/") }
        let first = Self.entries(of: payer.received[0]).map(\.place)
        #expect(Set(sent) == [first[2], try #require(first.first { $0.hasPrefix("Observation/") })])
        #expect(newest.carried == 2)
        #expect(newest.carried + newest.unchanged == before.carried + before.unchanged)
    }

    /// A night after which a payer has accepted a bundle except some entries, given by their places in it.
    private static func partlyServed(
        _ delivery: ExchangeTerms.Delivery.Kind, refusing refused: Set<Int>
    ) async throws -> ServedNight {
        let served = try ServedNight(delivery: delivery)
        served.night.payer.reply(refusing(refused))
        _ = try await served.operations.run(job: served.job.name)
        #expect(try await served.exchange().reason == .payerPartial)
        served.night.clock.advance(seconds: 60)
        return served
    }

    private static func refusing(_ refused: Set<Int>) -> ScriptedPayer.Reply {
        .retell { responses in
            responses.enumerated().map { refused.contains($0) ? ["response": ["status": "422"]] : $1 }
        }
    }

    private static func preview(_ served: ServedNight, _ id: String) async throws -> ReplayPreview {
        let outcomes = try await served.operations.preview(replayOf: [id], demand)
        return try #require(
            outcomes.compactMap { if case .eligible(_, let preview) = $0 { preview } else { nil } }.first)
    }

    /// The entries of a bundle: where each is written, what it is, and the targets of a Provenance.
    private static func entries(of bundle: [UInt8]) -> [(place: String, bytes: [UInt8], targets: [String])] {
        ((try? JSONParser.parse(bundle))?["entry"]?.elements ?? []).map { entry in
            let targets = (entry["resource"]?["target"]?.elements ?? []).compactMap { $0["reference"]?.string }
            return (entry["request"]?["url"]?.string ?? "", entry.serialized(), targets)
        }
    }

    /// Whether exactly the entries other than Provenance are targets of one in the bundle.
    private static func isTold(_ entries: [(place: String, bytes: [UInt8], targets: [String])]) -> Bool {
        let others = Set(entries.map(\.place).filter { !$0.hasPrefix("Provenance/") })
        return !others.isEmpty && Set(entries.flatMap(\.targets)) == others
    }
}
