import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

@Suite("What a replay sends")
struct ReplayTests {
    private static let demand = ReplayDemand(reason: "a test")

    @Test("a demand that comes twice is one replay, and makes one exchange")
    func doubleClick() async throws {
        let served = try await Self.parked()
        let id = try await served.exchange().id
        let first = try await served.operations.accept(replayOf: [id], Self.demand)
        served.night.clock.advance(seconds: 1)

        let second = try await served.operations.accept(replayOf: [id, id], Self.demand)
        for run in first.runs + second.runs { _ = try await served.operations.carry(replay: run) }

        #expect(first.runs.count == 1)
        #expect(second.runs == first.runs)
        #expect(try await served.all().count == 2)
        #expect(served.night.payer.received.count == 2)
    }

    @Test("what was replayed is not replayed once more: the same demand is told what it made, others what is newer")
    func superseded() async throws {
        let served = try await Self.parked()
        let id = try await served.exchange().id
        served.night.payer.reply(.refuse(422))
        _ = try await served.operations.replay([id], Self.demand)
        let newer = try #require(try await served.all().first)
        served.night.clock.advance(seconds: 1)

        let again = try await served.operations.replay([id], Self.demand)
        let looked = try await served.operations.preview(replayOf: [id], ReplayDemand(reason: ""))
        let other = try await served.operations.replay([id], ReplayDemand(reason: "another"))

        #expect([again, looked].map { $0.map(\.words) } == [["\(id) already parked"], ["\(id) already parked"]])
        #expect(
            other.map { "\($0)" } == [
                "refused(\"\(id)\", \"a newer exchange of the same member, \(newer.id), took its place\")"
            ])
        #expect(newer.replayOf == id)
        #expect(newer.state == .parked)
    }

    @Test("what a replay has made and left waiting is delivered when the same demand comes again, and nothing is made")
    func delivered() async throws {
        let served = try await Self.parked()
        let id = try await served.exchange().id
        served.night.payer.reply(.busy(retryAfterSeconds: 60))
        let first = try await served.operations.replay([id], Self.demand)
        let made = try await served.all().map(\.id)
        served.night.clock.advance(seconds: 120)

        let second = try await served.operations.replay([id], Self.demand)

        #expect(first.map(\.words) == ["\(id) retrying"])
        #expect(second.map(\.words) == ["\(id) already acknowledged"])
        #expect(try await served.all().map(\.id) == made)
        #expect(try await served.night.store.read { try $0.openReplays() }.isEmpty)
    }

    @Test("a replay that another process left is gone on with by the service, to the end")
    func goesOn() async throws {
        let served = try await Self.parked([.joe, .ada], gone: ["elsewhere"])
        let run = try await served.operations.accept(replayOf: try await served.all().map(\.id), Self.demand).runs[0]
        try await served.night.store.write { try $0.adopt(run, by: "elsewhere") }

        let isDone = await served.lookForReplays()

        #expect(isDone)
        #expect(try await served.night.store.read { try $0.run(run)?.state } == .complete)
        #expect(try await served.operations.progress(ofReplay: run) == [.replayed: 2])
        #expect(try await served.all().count { $0.state == .acknowledged } == 2)
    }

    @Test("what stops one replay stops no other")
    func aside() async throws {
        let served = try await Self.parked([.joe, .ada], gone: ["elsewhere"])
        var runs: [String] = []
        for exchange in try await served.all() {
            runs += try await served.operations.accept(replayOf: [exchange.id], Self.demand).runs
        }
        for run in runs { try await served.night.store.write { try $0.adopt(run, by: "elsewhere") } }
        served.night.payer.reply(.fail(Fault(.authTokenRefused, .halt, "a test")))

        let isDone = await served.lookForReplays()

        let states = try await served.night.store.read { [runs] reader in try runs.map { try reader.run($0)?.state } }
        #expect(!isDone)
        #expect(states == [.running, .complete])
    }

    @Test("a replay that a living process works on is left to it")
    func elsewhere() async throws {
        let served = try await Self.parked()
        let run = try await served.operations.accept(replayOf: [served.exchange().id], Self.demand).runs[0]
        try await served.night.store.write { try $0.adopt(run, by: "elsewhere") }

        let isDone = await served.lookForReplays()
        let fault = await #expect(throws: Fault.self) { _ = try await served.operations.carry(replay: run) }

        #expect(isDone)
        #expect(fault?.code == .runInProgress)
        #expect(try await served.operations.progress(ofReplay: run) == [.waiting: 1])
    }

    @Test("a replay that was stopped goes on where it stood, and nothing is made twice")
    func stopped() async throws {
        let served = try await Self.parked([.joe, .ada])
        let ids = try await served.all().map(\.id)
        let run = try await served.operations.accept(replayOf: ids, Self.demand).runs[0]
        let key = Fault(.authTokenRefused, .halt, "a test")
        served.night.payer.reply(.fail(key), .fail(key))

        let fault = await #expect(throws: Fault.self) { _ = try await served.operations.carry(replay: run) }
        let obstacle = try await served.operations.obstacle(ofRun: run)
        let state = try await served.operations.carry(replay: run)

        #expect(fault?.code == .authTokenRefused && obstacle?.code == .authTokenRefused)
        #expect(state == .complete)
        #expect(try await served.all().count == 4)
    }

    @Test(
        "a replay that was killed with its deliveries under way is ended by the same demand, and nothing is sent twice")
    func killed() async throws {
        let served = try await Self.parked([.joe, .ada], gone: ["elsewhere"])
        let ids = try await served.all().map(\.id)
        let run = try await served.kill(ids, Self.demand)
        let (made, sent) = (try await served.all().map(\.id), served.night.payer.held.isEmpty)

        let outcomes = try await served.operations.replay(ids, Self.demand)

        #expect(sent && made.count == 4)
        #expect(Set(outcomes.map(\.words)) == Set(zip(ids, ["acknowledged", "acknowledged"]).map { "\($0) \($1)" }))
        #expect(try await served.all().map(\.id) == made)
        #expect(served.night.payer.received.count == 6)
        #expect(try await served.night.store.read { try $0.run(run)?.state } == .complete)
        #expect(try await served.night.store.read { try $0.openReplays() }.isEmpty)
    }

    @Test("a replay that was killed is ended by the service, with what was under way")
    func killedAndServed() async throws {
        let served = try await Self.parked([.joe, .ada], gone: ["elsewhere"])
        let run = try await served.kill(try await served.all().map(\.id), Self.demand)

        let isDone = await served.lookForReplays()

        #expect(isDone)
        #expect(try await served.all().map(\.state).prefix(2) == [.acknowledged, .acknowledged])
        #expect(try await served.night.store.read { try $0.run(run)?.state } == .complete)
    }

    @Test("the same demand finds what it began, though what it selected is nothing any more; another demand does not")
    func interrupted() async throws {
        let served = try await Self.parked([.joe], gone: ["elsewhere"])
        func demand(
            from step: Replay.Step = .join, accepts: Bool = false, onlyFailed: Bool = false, reason: String = "a test",
            _ selection: String?
        ) -> ReplayDemand {
            ReplayDemand(
                from: step, acceptsMappingChanges: accepts, onlyFailedEntries: onlyFailed, reason: reason,
                selection: selection)
        }
        let words = "payer:med0 since:2d state:parked"
        let run = try await served.kill(try await served.all().map(\.id), demand(words))

        let same = try await served.operations.begun(demand(words), of: [])
        let others = [
            demand(reason: "another", words), demand(from: .map, words), demand(accepts: true, words),
            demand(onlyFailed: true, words), demand("payer:med0 since:2d state:withheld"),
            demand("payer:med0 since:3d state:parked"), demand("fault:payer.refused payer:med0 since:2d state:parked"),
            demand("payer:med0"), demand(nil),
        ]
        var found: [[BegunReplay]] = []
        for other in others { found.append(try await served.operations.begun(other, of: [])) }
        _ = try await served.operations.carry(replay: run)
        let afterwards = try await served.operations.begun(demand(words), of: [])

        #expect(same == [BegunReplay(run: run, isAsDemanded: true)])
        #expect(found.joined().isEmpty)
        #expect(afterwards.isEmpty)
    }

    @Test("who wants an exchange that waits in another's replay is told of that one, and how much else waits in it")
    func others() async throws {
        let served = try await Self.parked([.joe, .ada], gone: ["elsewhere"])
        let ids = try await served.all().map(\.id)
        let demand = ReplayDemand(reason: "a test", selection: "state:parked")
        let run = try await served.operations.accept(replayOf: ids, demand).runs[0]
        let another = ReplayDemand(reason: "a test", selection: "run:night-1")

        var found: [[BegunReplay]] = []
        for (demand, chosen) in [(another, [ids[0]]), (Self.demand, [ids[0]]), (Self.demand, ids), (demand, [])] {
            found.append(try await served.operations.begun(demand, of: chosen))
        }
        try await served.night.store.write { try $0.adopt(run, by: "a living process") }
        let held = try await served.operations.begun(demand, of: ids)

        #expect(found.joined().allSatisfy { $0.run == run && $0.waiting == 2 })
        #expect(found.map { $0.map(\.others) } == [[1], [1], [0], [2]])
        #expect(held.isEmpty)
    }

    @Test("a replay of more than is looked at together is found by each of its exchanges, and taken back whole")
    func pages() async throws {
        let served = try await Self.parked()
        let id = try await served.exchange().id
        let run = Run(
            id: "long", job: served.job.name, trigger: .replay, clinic: "clinic0", payer: "med0",
            instant: served.night.clock.now())
        let waiting = (0..<Operations.itemsAtOnce + 7).map { "x-\($0)" } + [id]
        try await served.night.store.write { writer in
            try writer.open(run)
            try writer.open(
                Replay(id: run.id, step: .join, acceptsMappingChanges: false, reason: "a test"), of: waiting,
                audit: AuditEntry(at: run.instant, actor: "tests", action: "replay.accepted", run: run.id))
        }

        let begun = try await served.operations.begun(Self.demand, of: [id])
        let accepted = try await served.operations.accept(replayOf: [id], Self.demand)
        let left = try await served.operations.cancel(replay: run.id, reason: "a test")

        #expect(
            begun == [BegunReplay(run: run.id, isAsDemanded: true, waiting: waiting.count, others: waiting.count - 1)])
        #expect(accepted.runs == [run.id])
        #expect(left == waiting.count)
        #expect(try await served.operations.progress(ofReplay: run.id) == [.cancelled: waiting.count])
    }

    @Test("a replay that was taken back leaves what had no turn as it was")
    func cancelled() async throws {
        let served = try await Self.parked([.joe, .ada])
        let ids = try await served.all().map(\.id)
        let run = try await served.operations.accept(replayOf: ids, Self.demand).runs[0]

        let left = try await served.operations.cancel(replay: run, reason: "a test")
        let state = try await served.operations.carry(replay: run)
        let again = await #expect(throws: Fault.self) {
            _ = try await served.operations.cancel(replay: run, reason: "")
        }

        #expect(left == 2)
        #expect(state == .partial)
        #expect(again?.code == .runUnknown)
        #expect(try await served.all().map(\.state) == [.parked, .parked])
        served.night.clock.advance(seconds: 1)
        #expect(try await served.operations.accept(replayOf: ids, Self.demand).runs.first != run)
    }

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

extension ServedNight {
    /// All exchanges, newest first.
    fileprivate func all() async throws -> [Exchange] {
        try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 100) }
    }

    /// Lets the process "elsewhere" replay exchanges, and be killed when it has begun to deliver what it made.
    fileprivate func kill(_ ids: [String], _ demand: ReplayDemand) async throws -> String {
        let run = try await operations.accept(replayOf: ids, demand).runs[0]
        let key = Fault(.authTokenRefused, .halt, "a test")
        for _ in ids { night.payer.reply(.fail(key)) }
        await #expect(throws: Fault.self) { _ = try await operations.carry(replay: run) }
        let (route, now) = (night.pipeline.terms.route, night.clock.now())
        let leases = try await night.store.write { writer in
            try writer.adopt(run, by: "elsewhere")
            return try writer.lease(
                route, limit: 9, owner: "elsewhere", now: now, expiry: now.adding(milliseconds: 600_000))
        }
        #expect(leases.count == ids.count)
        return run
    }

    fileprivate func trail() async throws -> Int {
        try await night.store.read { try $0.audit(after: 0, limit: 10_000).count }
    }

    /// Puts another exchange in the place of the only one, made with other mappings.
    fileprivate func makeOtherwise() async throws {
        let old = try await exchange()
        let made = Exchange(
            id: "otherwise", job: old.job, run: old.run, member: old.member, clinic: old.clinic, payer: old.payer,
            state: .parked, reason: old.reason, fingerprint: 7, manifest: old.manifest, consent: old.consent,
            match: old.match, mapping: "other", created: old.created, updated: old.updated)
        let entry = AuditEntry(at: old.created, actor: "tests", action: "exchange.parked", exchange: made.id)
        try await night.store.write { try $0.insert(made, audit: [entry]) }
    }
}

extension ReplayOutcome {
    /// Which exchange, and where what was made of it stands.
    fileprivate var words: String {
        switch self {
        case .replayed(let id, let new): "\(id) \(new.state.rawValue)"
        case .already(let id, let new): "\(id) already \(new.state.rawValue)"
        case .refused(let id, let why): "\(id) refused: \(why)"
        case .waiting(let id): "\(id) waits"
        case .eligible(let id, _): "\(id) eligible"
        }
    }
}
