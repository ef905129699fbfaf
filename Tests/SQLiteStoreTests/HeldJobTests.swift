import FHIR
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// What a look at the queue costs while a job is held.
struct HeldJobTests {
    @Test("of a job that is held nothing is looked at, however much of it waits, by who claims or asks what is due")
    func passedOver() async throws {
        let store = try SQLiteExchangeStore.inMemory(digests: .standIn)
        let claim = try await store.claimOne(bundle: [1])
        let (route, now) = (Route(clinic: "clinic0", payer: "med0"), Instant(seconds: 1_800_000_000))
        try await store.write { try $0.release(claim.id, epoch: claim.epoch) }
        let free = StatementLog()
        free.follow(store)
        let claims = try await store.write { writer in
            let due = try writer.nextDue(route)
            return (due, try writer.lease(route, limit: 9, owner: "w", now: now, expiry: now))
        }
        let hold = Hold(subject: .job, name: "nightly", at: now, actor: "tests", reason: "an outage")
        try await store.write { writer in
            try writer.release(claim.id, epoch: claim.epoch + 1)
            _ = try writer.hold(hold)
        }
        let held = StatementLog()
        held.follow(store)
        let none = try await store.write { writer in
            let due = try writer.nextDue(route)
            return (due, try writer.lease(route, limit: 9, owner: "w", now: now, expiry: now))
        }

        #expect(claims.0 != nil && claims.1.map(\.submission.id) == ["s"])
        #expect(none.0 == nil && none.1.isEmpty)
        let looks = try free.plans().map(\.step).filter { $0.hasPrefix("SEARCH s USING INDEX submission_due") }
        #expect(looks.count { $0.contains("AND job=?") } == 2)
        // What is left are the queries that step from one job to the next.
        #expect(looks.allSatisfy { $0.contains("AND job=?") || $0.hasSuffix("clinic=?)") || $0.hasSuffix("job>?)") })
        #expect(try held.plans().allSatisfy { !$0.sql.contains("s.job = ?4") })
    }
}
