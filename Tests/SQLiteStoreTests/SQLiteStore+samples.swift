import FHIR
import PDex

@testable import SQLiteStore

extension SQLiteExchangeStore {
    private static var start: Instant { Instant(milliseconds: 1_767_225_600_000) }

    /// Records that many audit entries.
    func recordEntries(_ count: Int, by actor: String = "service") async throws {
        for number in 1...count {
            try await write {
                try $0.record(
                    AuditEntry(at: Self.start, actor: actor, action: "test.entry", exchange: "x", reason: "\(number)"))
            }
        }
    }

    /// Queues one submission with those bytes and claims it.
    func claimOne(bundle: [UInt8]) async throws -> Submission {
        let submission = Submission(
            id: "s", exchange: "x", clinic: "clinic0", payer: "med0", member: ResourceKey(bits: 1), part: 1,
            notBefore: Self.start,
            entries: 1, bytes: bundle.count, contentDigest: "")
        let claims = try await write { writer in
            try writer.open(
                Run(
                    id: "r", job: "nightly", trigger: .manual, clinic: "clinic0", payer: "med0", instant: Self.start))
            try writer.insert(
                Exchange(
                    id: "x", job: "nightly", run: "r", member: ResourceKey(bits: 1), clinic: "clinic0", payer: "med0",
                    state: .queued, fingerprint: 0, manifest: ExchangeManifest(), mapping: "m", created: Self.start,
                    updated: Self.start),
                audit: [AuditEntry(at: Self.start, actor: "service", action: "exchange.queued", exchange: "x")])
            try writer.enqueue([LeasedSubmission(submission: submission, bundle: bundle)])
            return try writer.lease(
                Route(clinic: "clinic0", payer: "med0"), limit: 1, owner: "w", now: Self.start, expiry: Self.start)
        }
        return claims[0].submission
    }
}
