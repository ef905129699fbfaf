import FHIR
import PDex
import PDexTesting
import Pipeline
import SampleData
import Synchronization
import Testing

/// A run that delivers what an earlier one left, stopped and gone on with.
@Suite("The balance of a run that was interrupted")
struct InterruptedBalanceTests {
    private static let members = (1...6).map {
        NamedMember("p\($0)", "Sam", "Lee", born: "1960-01-0\($0)", memberID: "M0-\($0)")
    }

    @Test(
        "whatever the payer had taken of a backlog by then, everybody is counted once, as acknowledged",
        arguments: 0..<6)
    func backlog(taken: Int) async throws {
        let (night, door) = try await Self.backlogged()
        let run = night.firing("night-2")
        door.close(after: taken)
        let fault = await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        door.open()

        let report = try await night.pipeline.run(run)

        #expect(fault?.code == .authTokenRefused)
        #expect(report.balanced)
        #expect(report.exchanges.acknowledged == 6 && report.exchanges.total == 6)
        #expect(report.resources.sent == 24 && report.resources.unchanged == 0)
        #expect(report.state == .complete)
    }

    @Test("what is acknowledged beside a run that has not looked at the member yet is acknowledged in its balance")
    func deliveredBeside() async throws {
        let (night, _) = try await Self.backlogged()
        let run = night.firing("night-2")
        try await night.store.write { try $0.open(run) }
        night.clock.advance(seconds: 1)
        let beside = try await night.pipeline.deliver()

        let report = try await night.pipeline.run(run)
        night.clock.advance(seconds: 86_400)
        let next = try await night.run("night-3")

        #expect(beside == 6)
        #expect(report.exchanges.acknowledged == 6 && report.exchanges.unchanged == 0)
        #expect(report.balanced && report.resources.sent == 24)
        #expect(next.exchanges.acknowledged == 0 && next.exchanges.unchanged == 6)
        #expect(next.balanced && next.resources.unchanged == 24)
    }

    @Test("what is acknowledged between the tick of a run and its start is unchanged in its balance")
    func deliveredBeforeItsStart() async throws {
        let (night, _) = try await Self.backlogged()
        let run = night.firing("night-2")
        night.clock.advance(seconds: 1800)
        let before = try await night.pipeline.deliver()
        night.clock.advance(seconds: 1800)

        let report = try await night.pipeline.run(run)

        #expect(before == 6)
        #expect(report.exchanges.acknowledged == 0 && report.exchanges.unchanged == 6)
        #expect(report.balanced && report.resources.unchanged == 24 && report.resources.sent == 0)
    }

    @Test(
        "members and resources add up wherever a run is interrupted, and whatever comes between that and its end",
        arguments: 0..<24)
    func addsUp(seed: Int) async throws {
        var generator = SeededNumbers(seed: UInt64(seed))
        let (night, door) = try await Self.backlogged()
        let run = night.firing("night-2")
        for round in 0..<Int.random(in: 1...3, using: &generator) {
            door.close(after: Int.random(in: 0..<5, using: &generator))
            _ = try? await night.pipeline.run(run)
            door.open()
            night.clock.advance(seconds: Double(Int.random(in: 0...1, using: &generator) * 60))
            let member = Self.members[Int.random(in: 0..<6, using: &generator)]
            let event = Between.allCases[Int.random(in: 0..<4, using: &generator)]
            try await Self.happen(event, to: member, "\(seed)-\(round)", night)
        }

        let report = try await night.pipeline.run(run)

        #expect(report.balanced)
        #expect(report.exchanges.total == 6)
    }

    /// What may come between an interruption and the next attempt.
    private enum Between: CaseIterable {
        case nothing, delivery, change, request
    }

    private static func happen(
        _ event: Between, to member: NamedMember, _ name: String, _ night: Night
    ) async throws {
        switch event {
        case .nothing: break
        case .delivery: _ = try await night.pipeline.deliver()
        case .change: night.clinic.put(try Resource(member.observation(value: "9.1")))
        case .request:
            night.clinic.put(try Resource(member.observation(value: "8.1")))
            let run = Run(
                id: name, job: night.pipeline.terms.job, trigger: .request, clinic: "clinic0", payer: "med0",
                instant: night.clock.now())
            _ = try await night.pipeline.request(member: member.id, run: run)
        }
    }

    /// A night after which everything waits, because an operator held the payer back; nobody does any more. With the
    /// door by which deliveries go.
    private static func backlogged() async throws -> (Night, Door) {
        let night = try Night(members, mappings: usCoreMappings)
        let hold = Hold(subject: .payer, name: "med0", at: night.clock.now(), actor: "tests", reason: "a test")
        _ = try await night.store.write { try $0.hold(hold) }
        let report = try await night.run("night-1")
        #expect(report.exchanges.retrying == 6 && report.balanced)
        night.clock.advance(seconds: 3600)
        let now = night.clock.now()
        _ = try await night.store.write { try $0.resume(.payer, "med0", by: "tests", at: now) }
        let door = Door()
        night.payer.whileAnswering { try door.pass() }
        return (night, door)
    }
}

/// Lets so many deliveries pass, and stops whoever makes the next.
private final class Door: Sendable {
    private let left = Mutex(Int.max)

    func close(after deliveries: Int) { left.withLock { $0 = deliveries } }

    func open() { close(after: .max) }

    func pass() throws {
        let mayPass = left.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if !mayPass { throw Fault(.authTokenRefused, .halt, "no delivery can be made") }
    }
}
