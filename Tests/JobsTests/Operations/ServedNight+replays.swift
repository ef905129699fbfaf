import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

extension ServedNight {
    /// A night after which everything is parked, because the payer refused it.
    static func parked(_ members: [NamedMember] = [.joe], gone: Set<String> = []) async throws -> ServedNight {
        let served = try ServedNight(members, gone: gone)
        for _ in members { served.night.payer.reply(.refuse(422)) }
        _ = try await served.operations.run(job: served.job.name)
        served.night.clock.advance(seconds: 60)
        return served
    }

    /// A night after which an exchange is parked, and it is unknown whether the payer has it.
    static func doubtful() async throws -> ServedNight {
        let served = try ServedNight()
        served.night.payer.reply(.loseAnswer, .loseAnswer, .loseAnswer)
        _ = try await served.operations.run(job: served.job.name)
        for _ in 0..<2 {
            served.night.clock.advance(seconds: 700)
            _ = try await served.night.pipeline.deliver()
        }
        #expect(try await served.exchange().state == .parked)
        return served
    }

    /// All exchanges, newest first.
    func all() async throws -> [Exchange] {
        try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 100) }
    }

    /// Lets the process "elsewhere" replay exchanges, and kills it when it has begun to deliver them.
    func kill(_ ids: [String], _ demand: ReplayDemand) async throws -> String {
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

    func trail() async throws -> Int {
        try await night.store.read { try $0.audit(after: 0, limit: 10_000).count }
    }

    /// Replaces the only exchange by one made with other mappings.
    func makeOtherwise() async throws {
        let old = try await exchange()
        let made = Exchange(
            id: "otherwise", job: old.job, run: old.run, member: old.member, clinic: old.clinic, payer: old.payer,
            state: .parked, reason: old.reason, fingerprint: 7, manifest: old.manifest, consent: old.consent,
            match: old.match, mapping: "other", created: old.created, updated: old.updated)
        let entry = AuditEntry(at: old.created, actor: "tests", action: "exchange.parked", exchange: made.id)
        try await night.store.write { try $0.insert(made, audit: [entry]) }
    }
}
