import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

@Suite("Whose work a replay is, and how it ends")
struct ReplayWorkTests {
    private static let demand = ReplayDemand(reason: "a test")

    @Test("a demand that comes twice is one replay, and makes one exchange")
    func doubleClick() async throws {
        let served = try await ServedNight.parked()
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
        let served = try await ServedNight.parked()
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
        let served = try await ServedNight.parked()
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
        let served = try await ServedNight.parked([.joe, .ada], gone: ["elsewhere"])
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
        let served = try await ServedNight.parked([.joe, .ada], gone: ["elsewhere"])
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
        let served = try await ServedNight.parked()
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
        let served = try await ServedNight.parked([.joe, .ada])
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
        let served = try await ServedNight.parked([.joe, .ada], gone: ["elsewhere"])
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
        let served = try await ServedNight.parked([.joe, .ada], gone: ["elsewhere"])
        let run = try await served.kill(try await served.all().map(\.id), Self.demand)

        let isDone = await served.lookForReplays()

        #expect(isDone)
        #expect(try await served.all().map(\.state).prefix(2) == [.acknowledged, .acknowledged])
        #expect(try await served.night.store.read { try $0.run(run)?.state } == .complete)
    }

    @Test("the same demand finds what it began, though what it selected is nothing any more; another demand does not")
    func interrupted() async throws {
        let served = try await ServedNight.parked([.joe], gone: ["elsewhere"])
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
        let served = try await ServedNight.parked([.joe, .ada], gone: ["elsewhere"])
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
        let served = try await ServedNight.parked()
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
        let served = try await ServedNight.parked([.joe, .ada])
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

    @Test("an exchange that is cancelled while it waits in a replay is passed over")
    func cancelledMeanwhile() async throws {
        let served = try await ServedNight.parked([.joe, .ada])
        let ids = try await served.all().map(\.id)
        let run = try await served.operations.accept(replayOf: ids, Self.demand).runs[0]

        _ = try await served.operations.cancel(ids[0], reason: "a test")
        let state = try await served.operations.carry(replay: run)

        #expect(state == .partial)
        #expect(try await served.operations.progress(ofReplay: run) == [.replayed: 1, .cancelled: 1])
        #expect(served.night.payer.received.count == 3)
        #expect(try await served.night.store.read { try $0.exchange(ids[0])?.state } == .cancelled)
    }
}

extension ReplayOutcome {
    /// Which exchange, and the state of what was made of it.
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
