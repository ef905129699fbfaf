import FHIR
import FHIRClient
import Foundation
import Mappings
import PDex
import PDexTesting
import Pipeline
import SQLiteStore

/// The cost of finding members and covered visits (step 2), from a store in a file, with ten visits per patient.
struct JoinBenchmark {
    private static let visits = 10
    private static let now = Instant("2026-06-01T02:15:00Z") ?? Instant(milliseconds: 0)
    private static let page = 500

    func run(sizes: [Int] = [10_000, 100_000]) async throws {
        for size in sizes {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pdex-bench-join-\(getpid())")
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            defer { try? FileManager.default.removeItem(at: folder) }
            try await measure(size, folder)
        }
    }

    private func measure(_ size: Int, _ folder: URL) async throws {
        let digests = Digests { SHA256.hash($0) }
        let identities = Identities(secret: Array("a secret of the bench, 32 bytes!".utf8), digests: digests)
        let store = try SQLiteExchangeStore.open(
            path: folder.appendingPathComponent("join.db").path, digests: digests)
        let records = folder.appendingPathComponent("payer.ndjson").path
        try Self.payerRecords(size).write(toFile: records, atomically: false, encoding: .utf8)
        let consents = folder.appendingPathComponent("consents.ndjson").path
        try "".write(toFile: consents, atomically: false, encoding: .utf8)
        let mappings = try LoadedMappings.set(in: "mappings/us-core-6.1.0", digests: digests)
        let pipeline = Self.pipeline(mappings, store, identities, records: records, consents: consents)
        let patients = try await stage(size, store, pipeline)
        let index = try await cpuSeconds { _ = try await pipeline.importMembers() }
        let seconds = try await cpuSeconds { try await join(patients, reading: false, pipeline) }
        let whole = try await cpuSeconds { try await join(patients, reading: true, pipeline) }
        print(
            Row.text(
                "join, \(size) members", "\(Row.number(seconds, 2)) CPU s for \(size * Self.visits) visits",
                "\(Row.number(seconds / Double(size * Self.visits) * 1e6, 2)) µs a visit",
                "\(Row.number(whole, 2)) CPU s when the visits are read for consent, too",
                "\(Row.number(index, 1)) CPU s to read and index the coverages"))
    }

    /// Joins all patients, a page per transaction; throws when not all are found.
    private func join(_ patients: [ResourceKey], reading: Bool, _ pipeline: ExchangePipeline) async throws {
        var (members, covered) = (0, 0)
        for first in stride(from: 0, to: patients.count, by: Self.page) {
            let page = patients[first..<min(first + Self.page, patients.count)]
            let count = try await pipeline.joining(Array(page), reading: reading)
            members += count.members
            covered += count.covered
        }
        guard members == patients.count, covered == patients.count * Self.visits else {
            throw BenchmarkError("\(members) of \(patients.count) members and \(covered) visits were found")
        }
    }

    private func stage(
        _ size: Int, _ store: SQLiteExchangeStore, _ pipeline: ExchangePipeline
    ) async throws -> [ResourceKey] {
        var patients: [ResourceKey] = []
        for first in stride(from: 0, to: size, by: Self.page) {
            var batch = StagingBatch(source: "clinic0")
            for number in first..<min(first + Self.page, size) {
                patients.append(try add(Self.patient(number, "p\(number)"), to: &batch, pipeline))
                for visit in 0..<Self.visits {
                    let id = "p\(number)-v\(visit)"
                    _ = try add(Self.visit(id, of: number, visit), to: &batch, pipeline)
                }
            }
            let filled = batch
            try await store.write { _ = try $0.stage(filled) }
        }
        // A run goes through its roster in key order.
        return patients.sorted()
    }

    private func add(
        _ text: String, to batch: inout StagingBatch, _ pipeline: ExchangePipeline
    ) throws -> ResourceKey {
        let start = batch.bytes.count
        batch.bytes += text.utf8
        guard let row = pipeline.row(batch.bytes, at: start..<batch.bytes.count) else {
            throw BenchmarkError("a resource of the bench cannot be staged")
        }
        batch.rows.append(row)
        return row.key
    }

    private static func pipeline(
        _ mappings: MappingSet, _ store: SQLiteExchangeStore, _ identities: Identities, records: String,
        consents: String
    ) -> ExchangePipeline {
        func party(_ name: String, _ npi: String) -> Party {
            Party(
                name: name, base: "https://\(name).example/r4", npi: npi, organization: name,
                identifierSystem: "https://\(name).example/id")
        }
        let terms = ExchangeTerms(
            job: "bench", clinic: party("clinic0", "1234567893"), payer: party("med0", "1003000126"),
            selection: .init(method: .auto, group: nil, types: ["Patient", "Encounter"], since: .all),
            matchBy: [.memberID, .subscriberID, .demographics], coverage: .file(records), consent: .file(consents),
            delivery: .init(kind: .transaction, maxEntries: 200, maxBytes: 5_000_000, perSecond: nil, concurrency: 1),
            retry: RetryPolicy())
        let clock = ManualClock(now)
        return ExchangePipeline(
            terms: terms, clinic: ScriptedClinic(base: terms.clinic.base, clock: clock, resources: []),
            payer: ScriptedPayer(base: terms.payer.base, clock: clock, resources: [], limited: false), store: store,
            mappings: mappings, identities: identities, clock: clock,
            random: { 0.5 }, owner: "bench")
    }
}
