import FHIR
import FHIRClient
import Foundation
import PDex
import SQLiteStore

/// The store of the campaign, and its submissions: one exchange each, for different members.
enum SharedQueue {
    static let route = Route(clinic: "clinic0", payer: "med0")

    static func open(_ path: String) throws -> SQLiteExchangeStore {
        try SQLiteExchangeStore.open(path: path, digests: Digests { SHA256.hash($0) })
    }

    static func now() -> Instant {
        Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    static func submission(_ number: Int) -> String { "exchange-\(number)-1" }

    /// Puts this many jobs into the queue.
    static func fill(_ store: SQLiteExchangeStore, _ jobs: Int) async throws {
        let now = now()
        try await store.write {
            try $0.open(
                Run(id: "run", job: "crowd", trigger: .schedule, clinic: "clinic0", payer: "med0", instant: now))
        }
        for first in stride(from: 0, to: jobs, by: 500) {
            try await store.write { writer in
                for number in first..<min(first + 500, jobs) { try enqueue(number, now, writer) }
            }
        }
    }

    private static func enqueue(_ number: Int, _ now: Instant, _ writer: any StoreWriter) throws {
        let id = "exchange-\(number)"
        let exchange = Exchange(
            id: id, job: "crowd", run: "run", member: ResourceKey(bits: Int64(number)), clinic: "clinic0",
            payer: "med0", state: .queued, reason: nil, detail: nil, fingerprint: 0, manifest: ExchangeManifest([]),
            consent: nil, mapping: "m", created: now, updated: now)
        try writer.insert(
            exchange, audit: [AuditEntry(at: now, actor: "crowd", action: "exchange.queued", run: "run", exchange: id)])
        let bundle = Array("{}".utf8)
        let submission = Submission(
            id: submission(number), exchange: id, clinic: "clinic0", payer: "med0", member: exchange.member, part: 1,
            notBefore: now, entries: 1, bytes: bundle.count, contentDigest: String(repeating: "0", count: 64))
        try writer.enqueue([LeasedSubmission(submission: submission, bundle: bundle)])
    }
}
