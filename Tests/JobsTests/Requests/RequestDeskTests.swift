import FHIR
import Logging
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

/// What the desk does when there is more than it can answer, and when time runs out.
@Suite("The request desk")
struct RequestDeskTests {
    private static let silence = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    /// In which way a payer is down.
    enum Outage: CaseIterable {
        /// Each answer is a failure.
        case fails
        /// No answer comes.
        case hangs
    }

    @Test(
        "answers a healthy payer's request at once, though a hundred for a payer that is down are due before it",
        arguments: Outage.allCases)
    func fair(outage: Outage) async throws {
        let served = try ServedNight()
        let operations = Self.operations(served) { try await Self.isDown(outage) }
        let down = try Self.job("down", payer: "down0")
        for number in 0..<100 {
            _ = try await operations.accept(MemberDemand(patient: "joe", key: "k-\(number)"), by: down)
        }
        served.night.clock.advance(seconds: 60)
        let healthy = try await operations.accept(MemberDemand(patient: "joe"), by: served.job)

        var state = RequestDesk.State()
        try await RequestDesk(operations: operations, logger: Self.silence).turn(&state)
        await state.underWay[healthy.id]?.task.value

        #expect(try await operations.show(request: healthy.id).exchange?.state == .acknowledged)
        #expect(state.underWay.values.count { $0.payer == "down0" } == 2)
        for answer in state.underWay.values { answer.task.cancel() }
        for answer in state.underWay.values { await answer.task.value }
    }

    @Test("lets a request that failed for now rest, longer each time, and another process knows it")
    func rests() async throws {
        let served = try ServedNight()
        let down = try Self.job("down", payer: "down0")
        var tried: [Int] = []
        let first = Self.operations(served) { try await Self.isDown(.fails) }
        let request = try await first.accept(MemberDemand(patient: "joe"), by: down)

        for wait in [0.0, 4, 1, 9, 1] {
            served.night.clock.advance(seconds: wait)
            // Each turn is another process: nothing is remembered except what is in the store.
            let operations = Self.operations(served) { try await Self.isDown(.fails) }
            var state = RequestDesk.State()
            try await RequestDesk(operations: operations, logger: Self.silence).turn(&state)
            for answer in state.underWay.values { await answer.task.value }
            tried.append(try await operations.show(request: request.id).request.attempts)
        }

        #expect(tried == [1, 1, 2, 2, 3])
    }

    @Test("looks once a second for requests that a process left, and writes nothing while nobody is to be told of any")
    func sparing() async throws {
        let served = try ServedNight(gone: ["elsewhere"])
        let desk = RequestDesk(operations: served.operations, logger: Self.silence)
        var state = RequestDesk.State()
        served.night.store.hold(for: 1)
        try await desk.turn(&state)
        served.night.store.hold(for: 0)
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        try await served.beginElsewhere(request)

        try await desk.turn(&state)
        let atOnce = state.underWay.count
        served.night.clock.advance(seconds: 1)
        try await desk.turn(&state)

        #expect(atOnce == 0 && Array(state.underWay.keys) == [request.id])
        for answer in state.underWay.values { await answer.task.value }
        #expect(try await served.operations.show(request: request.id).request.state == .completed)
    }

    @Test("says once why a request waits, however often it is tried")
    func saysOnce() async throws {
        let served = try ServedNight()
        let lines = LogLines()
        let operations = Self.operations(served) { try await Self.isDown(.fails) }
        let request = try await operations.accept(MemberDemand(patient: "joe"), by: Self.job("down", payer: "down0"))
        let desk = RequestDesk(operations: operations, logger: lines.logger)

        for _ in 0..<3 {
            var state = RequestDesk.State()
            try await desk.turn(&state)
            for answer in state.underWay.values { await answer.task.value }
            served.night.clock.advance(seconds: 60)
        }

        #expect(lines.all.map(\.level) == [.error, .debug, .debug])
        #expect(Set(lines.all.map { $0.fields["request"] }) == [request.id])
        #expect(Set(lines.all.map { $0.fields["fault"] }) == ["remote.unreachable"])
    }

    @Test("says once of a request that it may be late, when a quarter of its time is left, and once that it is late")
    func warns() async throws {
        let served = try ServedNight()
        let lines = LogLines()
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        try await served.beginElsewhere(request)
        var told: [Int] = []

        for hours in [17.9, 0.2, 1, 6, 1] {
            served.night.clock.advance(seconds: hours * 3600)
            try await served.desk(lines.logger)
            told.append(
                try await served.night.store.read { reader in
                    try reader.audit(after: 0, limit: 100).count {
                        ["request.at-risk", "request.late"].contains($0.entry.action)
                    }
                })
        }

        #expect(told == [0, 1, 1, 2, 2])
        #expect(lines.all.map(\.event) == ["request may be late", "request is late"])
    }

    @Test(
        "says once that a request may be late which waits for its payer, or whose exchange is parked",
        arguments: [true, false])
    func warnsUnanswered(isParked: Bool) async throws {
        let served = try ServedNight()
        let lines = LogLines()
        served.night.payer.reply(isParked ? .refuse(422) : .busy(retryAfterSeconds: 60))
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        _ = try await served.operations.answer(request.id)

        served.night.clock.advance(seconds: 19 * 3600)
        for _ in 0..<2 { try await served.desk(lines.logger) }
        let atRisk = try await served.operations.show(request: request.id)
        let soon = served.night.clock.now()
        let later = soon.adding(milliseconds: 6 * 3_600_000)

        #expect(atRisk.request.state == (isParked ? .completed : .inProgress))
        #expect(lines.all.map(\.event) == ["request may be late"])
        #expect([soon, later].map { atRisk.punctuality(at: $0) } == ["at risk", "late"])
    }

    @Test("a request is in time, then at risk, then late, and keeps that when it has ended")
    func punctuality() async throws {
        let served = try ServedNight()
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        func words(_ detail: MemberRequestDetail) -> [String] {
            [0, 17, 18, 24, 25].map { detail.punctuality(at: request.accepted.adding(milliseconds: $0 * 3_600_000)) }
        }

        let open = try await served.operations.show(request: request.id)
        served.night.clock.advance(seconds: 3600)
        _ = try await served.operations.answer(request.id)
        let ended = try await served.operations.show(request: request.id)

        #expect(words(open) == ["in time", "in time", "at risk", "at risk", "late"])
        #expect(words(ended) == ["in time", "in time", "in time", "in time", "in time"])
        #expect(ended.bundles == [.acknowledged])
    }

    /// Operations over the night's store with a second payer, for which every pipeline does `outage`.
    private static func operations(
        _ served: ServedNight, _ outage: @escaping @Sendable () async throws -> Void
    ) -> Operations {
        let night = served.night
        return Operations(
            store: night.store, clock: night.clock, identities: night.identities, actor: "tests", owner: "here",
            ownerIsGone: { _ in false }
        ) { job in
            if job == "down" { try await outage() }
            return night.pipeline
        }
    }

    private static func isDown(_ outage: Outage) async throws {
        guard outage == .hangs else { throw Fault(.remoteUnreachable, .retry, "down0 cannot be reached") }
        // Ends only when the task does.
        for await _ in AsyncStream<Never>.makeStream().stream {}
        throw CancellationError()
    }

    private static func job(_ name: String, payer: String) throws -> Job {
        try JobFile.parse(
            """
            job: \(name)
            on: { request: true }
            from: clinic0
            to: \(payer)
            select: { group: members, types: [Patient, Encounter] }
            map: us-core-6.1.0
            """, path: "jobs/\(name).yaml")
    }
}
