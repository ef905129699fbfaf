import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

@Suite("What a replay sends")
struct ReplayTests {
    private static let demand = ReplayDemand(reason: "a test")

    @Test("a preview says what the payer would get, and changes nothing")
    func preview() async throws {
        let served = try ServedNight()
        _ = try await served.operations.run(job: served.job.name)
        let id = try await served.exchange().id
        try served.night.clinic.put(Resource(Self.glucose("first", "joe-glucose")))
        try served.night.clinic.put(Resource(Self.glucose("second", "joe-glucose-2")))
        served.night.payer.reply(.refuse(422))
        served.night.clock.advance(seconds: 60)
        _ = try await served.operations.run(job: served.job.name)
        let parked = try #require(try await served.all().first)
        let trail = try await served.trail()

        let outcomes = try await served.operations.preview(replayOf: [parked.id, id], Self.demand)

        let preview = try #require(
            outcomes.compactMap { if case .eligible(_, let preview) = $0 { preview } else { nil } }.first)
        #expect(preview.added == 1)
        #expect(preview.changed == 1)
        #expect(preview.repeated > 1)
        #expect(preview.bundles == 1)
        #expect(outcomes.count { if case .refused = $0 { true } else { false } } == 1)
        #expect(try await served.trail() == trail)
        #expect(served.night.payer.received.count == 2)
    }

    @Test(
        "consent is asked again from every step: without it nothing leaves",
        arguments: Replay.Step.allCases)
    func consent(step: Replay.Step) async throws {
        let served = try await ServedNight.doubtful()
        let id = try await served.exchange().id
        served.night.payer.remove("Consent", "consent-joe")
        served.night.clock.advance(seconds: 3600)
        let sent = served.night.payer.received.count

        _ = try await served.operations.replay([id], ReplayDemand(from: step, reason: "a test"))

        let newest = try #require(try await served.all().first)
        #expect(newest.replayOf == id)
        #expect(newest.state == .withheld)
        #expect(served.night.payer.received.count == sent)
    }

    @Test("what is known to be withheld by now is not sent as it was, but made anew, and withheld")
    func withheldAsSent() async throws {
        let served = try await ServedNight.doubtful()
        let id = try await served.exchange().id
        served.night.payer.remove("Consent", "consent-joe")
        _ = try await served.operations.importMembers(job: served.job.name)
        let sent = served.night.payer.received.count

        let outcomes = try await served.operations.replay([id], ReplayDemand(from: .submit, reason: "a test"))

        #expect("\(outcomes)".contains("replayed"))
        #expect(try await served.all().map(\.state) == [.withheld, .cancelled])
        #expect(served.night.payer.received.count == sent)
    }

    @Test("what was made with other mappings is replayed only when somebody accepts that")
    func mappings() async throws {
        let served = try await ServedNight.parked()
        try await served.makeOtherwise()
        let id = try #require(try await served.all().first).id
        served.night.clock.advance(seconds: 1)

        let refused = try await served.operations.replay([id], Self.demand)
        served.night.clock.advance(seconds: 1)
        let accepted = try await served.operations.replay(
            [id], ReplayDemand(acceptsMappingChanges: true, reason: "a test"))

        #expect("\(refused)".contains("mapping.changed"))
        #expect("\(accepted)".contains("replayed"))
        #expect(try await served.all().first?.state == .acknowledged)
    }

    @Test("what nobody knows the fate of goes out again byte by byte")
    func asSent() async throws {
        let served = try await ServedNight.doubtful()
        let id = try await served.exchange().id
        // Nobody asks the clinic.
        try served.night.clinic.put(Resource(NamedMember.joe.observation(value: "9.99")))
        let sent = served.night.payer.received

        _ = try await served.operations.replay([id], ReplayDemand(from: .submit, reason: "a test"))

        #expect(Set(served.night.payer.received) == Set(sent))
        #expect(served.night.payer.received.count == sent.count + 1)
        #expect(try await served.all().map(\.state) == [.acknowledged, .cancelled])
    }

    @Test("what has changed since is not sent as it was: what is permitted now was decided about other content")
    func changedSince() async throws {
        let served = try await ServedNight.doubtful()
        let id = try await served.exchange().id
        try served.night.clinic.put(Resource(NamedMember.joe.observation(value: "9.99")))
        _ = try await served.night.run("beside", dryRun: true)
        let sent = served.night.payer.received.count

        let outcomes = try await served.operations.replay([id], ReplayDemand(from: .submit, reason: "a test"))

        #expect("\(outcomes)".contains("1 of "))
        #expect("\(outcomes)".contains("have changed since"))
        #expect(try await served.all().map(\.state) == [.parked])
        #expect(served.night.payer.received.count == sent)
    }

    @Test(
        "what is replayed as it was sent is looked for first, where the payer can be read, and not sent when it is there"
    )
    func asSentIsLookedFor() async throws {
        let served = try await ServedNight.doubtful()
        let id = try await served.exchange().id
        let sent = served.night.payer.received.count
        served.night.payer.openness = .searched

        _ = try await served.operations.replay([id], ReplayDemand(from: .submit, reason: "a test"))

        #expect(served.night.payer.received.count == sent)
        #expect(served.night.payer.lookedAt > 0)
        #expect(try await served.all().map(\.state) == [.acknowledged, .cancelled])
    }

    @Test("a night that makes a newer exchange while one is replayed goes first: nothing older follows it")
    func newerMeanwhile() async throws {
        let served = try await ServedNight.parked()
        let id = try await served.exchange().id
        let run = try await served.operations.accept(replayOf: [id], Self.demand).runs[0]
        served.night.clock.advance(seconds: 3600)
        // The payer's records are read between the replay's look and its transaction.
        served.night.payer.atNextSearch { try await served.makeOtherwise() }

        _ = try await served.operations.carry(replay: run)

        #expect(try await served.operations.progress(ofReplay: run) == [.refused: 1])
        #expect(try await served.all().map(\.id) == ["otherwise", id])
        #expect(served.night.payer.received.count == 1)
    }

    @Test("in a restored store what was made before is replayed from the pull alone", arguments: Replay.Step.allCases)
    func restored(step: Replay.Step) async throws {
        let served = try await ServedNight.parked()
        let id = try await served.exchange().id
        let now = served.night.clock.now()
        let entry = AuditEntry(at: now, actor: "tests", action: "store.restored", reason: "a test")
        try await served.night.store.write { try $0.record(entry) }
        served.night.clock.advance(seconds: 60)

        let outcomes = try await served.operations.replay([id], ReplayDemand(from: step, reason: "a test"))

        #expect("\(outcomes)".contains("the store was restored since") == (step != .pull))
        #expect(served.night.payer.received.count == (step == .pull ? 2 : 1))
    }

    @Test("what the payer answered is not sent again as it was")
    func known() async throws {
        let served = try await ServedNight.parked()
        let id = try await served.exchange().id

        let outcomes = try await served.operations.replay([id], ReplayDemand(from: .submit, reason: "a test"))

        #expect("\(outcomes)".contains("what became of it is known"))
        #expect(try await served.all().map(\.id) == [id])
        #expect(served.night.payer.received.count == 1)
    }

    @Test("from the pull the clinic is asked again, from the map nobody is, before the delivery")
    func steps() async throws {
        let served = try await ServedNight.parked()
        let id = try await served.exchange().id
        served.night.payer.reply(.refuse(422))
        let before = (served.night.clinic.requests.count, served.night.payer.searches)

        _ = try await served.operations.replay([id], ReplayDemand(from: .map, reason: "a test"))
        let after = (served.night.clinic.requests.count, served.night.payer.searches)
        let newer = try #require(try await served.all().first).id
        try served.night.clinic.put(Resource(Self.glucose("new", "joe-glucose-3")))
        _ = try await served.operations.replay([newer], ReplayDemand(from: .pull, reason: "a test"))

        #expect(after == before)
        #expect(served.night.clinic.requests.count > before.0)
        #expect(try await served.all().first?.state == .acknowledged)
        #expect(served.night.payer.held.keys.count { $0.hasPrefix("Observation/") } == 2)
    }

    private static func glucose(_ text: String, _ id: String) -> JSONValue {
        [
            "resourceType": "Observation", "id": .string(id), "status": "final",
            "category": [
                [
                    "coding": [
                        [
                            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                            "code": "laboratory",
                        ]
                    ]
                ]
            ],
            "code": ["coding": [["system": "http://loinc.org", "code": "2339-0"]], "text": .string(text)],
            "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/joe-visit"],
            "effectiveDateTime": "2026-05-04T09:10:00-05:00",
            "valueQuantity": ["value": 95, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"],
        ]
    }
}
