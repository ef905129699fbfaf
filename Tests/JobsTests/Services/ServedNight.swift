import DeclarativeFiles
import FHIR
import Foundation
import Logging
import PDex
import PDexTesting
import Pipeline
import ServiceLifecycle
import Testing

@testable import Jobs

/// A night between scripted servers as in the service: a job with a schedule, operations, and a closing time.
struct ServedNight: Sendable {
    let night: Night
    let operations: Operations
    let job: Job
    private let clock: ClosingClock
    private let ownerIsGone: @Sendable (String) -> Bool

    /// `schedule` is what the job file says under that key; the clock stands at 2026-06-01T02:15:00Z. The processes
    /// `gone` have ended, or will at `ended`.
    init(
        _ members: [NamedMember] = [.joe], schedule: String = #"{ cron: "15 2 * * *" }"#,
        until end: String = "2026-06-01T03:00:00Z", gone: Set<String> = [], since ended: String? = nil,
        delivery: ExchangeTerms.Delivery.Kind = .transaction
    ) throws {
        let night = try Night(members, mappings: Self.mappings, delivery: delivery, ownerIsGone: { gone.contains($0) })
        if delivery == .bulkSubmit { night.payer.offerFetching() }
        self.night = night
        let ending = try ended.map { try #require(Instant($0)) }
        ownerIsGone = { [clock = night.clock] in gone.contains($0) && clock.now() >= ending ?? clock.now() }
        clock = ClosingClock(night.clock, until: try #require(Instant(end)))
        operations = Self.operations(night, clock, ownerIsGone)
        job = try JobFile.parse(
            """
            job: nightly-payer-sync
            on: { request: true, schedule: \(schedule) }
            from: clinic0
            to: med0
            select: { group: med0-members, types: [Patient, Encounter, Condition, Observation] }
            map: us-core-6.1.0
            """, path: "jobs/nightly-payer-sync.yaml")
    }

    private init(_ other: ServedNight, until end: Instant) {
        (night, job, ownerIsGone) = (other.night, other.job, other.ownerIsGone)
        clock = ClosingClock(other.night.clock, until: end)
        operations = Self.operations(night, clock, ownerIsGone)
    }

    /// The service started again on the same store, with another closing time.
    func restarted(until end: String) throws -> ServedNight {
        ServedNight(self, until: try #require(Instant(end)))
    }

    private static func operations(
        _ night: Night, _ clock: ClosingClock, _ ownerIsGone: @escaping @Sendable (String) -> Bool
    ) -> Operations {
        Operations(
            store: night.store, clock: clock, identities: night.identities, actor: "tests", owner: "here",
            ownerIsGone: ownerIsGone, pipeline: { _ in night.pipeline })
    }

    /// Advances the clock to an instant.
    func wait(until instant: String) throws {
        night.clock.advance(seconds: (try #require(Instant(instant)) - night.clock.now()) / .seconds(1))
    }

    /// Runs the scheduler until closing time.
    func schedule(telling logger: Logger = ServedNight.silence) async throws {
        try await serve(Scheduler(jobs: [job], operations: operations, logger: logger))
    }

    /// Runs the worker until closing time.
    func work() async throws {
        try await serve(Worker(jobs: [job], operations: operations, logger: Self.silence))
    }

    /// Does `work` daily until closing time.
    func prune(_ work: @escaping @Sendable () async throws -> String) async throws {
        try await serve(Pruner(clock: clock, logger: Self.silence, prune: work))
    }

    /// Lets the desk look at the member requests, answer what it finds, and look once more.
    func desk(_ logger: Logger = ServedNight.silence) async throws {
        let desk = RequestDesk(operations: operations, logger: logger)
        var state = RequestDesk.State()
        try await desk.turn(&state)
        for answer in state.underWay.values { await answer.task.value }
        // One answer may have delivered what another made: the desk finds that a second later.
        state.settlesNext = nil
        try await desk.turn(&state)
        #expect(state.underWay.isEmpty)
    }

    /// Lets the service look once for replays that nobody works on; false when something prevented that.
    func lookForReplays() async -> Bool {
        await ReplayDesk(operations: operations, logger: Self.silence).turn()
    }

    /// Lets another process begin to answer a request without finishing it.
    func beginElsewhere(_ request: MemberRequest) async throws {
        var run = night.firing("elsewhere-1")
        run.owner = "elsewhere"
        let opened = run
        let entry = AuditEntry(at: clock.now(), actor: "elsewhere", action: "run.requested", run: run.id)
        try await night.store.write { writer in
            try writer.open(opened)
            _ = try writer.advance(
                memberRequest: request.id, to: .inProgress, run: opened.id, reason: nil, at: request.accepted,
                audit: entry)
        }
    }

    /// Accepts a demand for one patient and answers it at once.
    func answer(_ patient: String) async throws -> RunReport {
        try await operations.answer(operations.accept(MemberDemand(patient: patient), by: job).id)
    }

    private func serve(_ service: some Service) async throws {
        let serving = Task { try await service.run() }
        await clock.closed()
        serving.cancel()
        try await serving.value
    }

    /// What the audit trail says about runs: what was done, for which instant, and the run's state now.
    func told() async throws -> [String] {
        try await night.store.read { reader in
            try reader.audit(after: 0, limit: 1000).compactMap { item in
                guard item.entry.action.hasPrefix("run."), let id = item.entry.run, let run = try reader.run(id) else {
                    return nil
                }
                return "\(item.entry.action.dropFirst(4)) \(run.instant.text.prefix(19)) \(run.state.rawValue)"
            }
        }
    }

    /// When runs were started, by the clock.
    func began() async throws -> [Instant] {
        try await night.store.read { reader in
            try reader.audit(after: 0, limit: 1000).map(\.entry).filter { $0.action == "run.started" }.map(\.at)
        }
    }

    /// The only exchange there is.
    func exchange() async throws -> Exchange {
        let found = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 2) }
        #expect(found.count == 1)
        return try #require(found.first)
    }

    static let silence = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    private static let mappings = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("mappings/us-core-6.1.0").path
}
