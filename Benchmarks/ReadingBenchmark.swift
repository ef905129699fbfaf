import FHIR
import FHIRClient
import Foundation
import Mappings
import PDex
import SQLiteStore

/// The cost of reading and mapping one resource, without any network.
struct ReadingBenchmark {
    let lines = SyntheticClinic.observations(20_000)

    var bytes: Int { lines.reduce(0) { $0 + $1.count } }

    func run() async throws {
        let baseline = try await cpuSeconds {
            for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line)) }
        }
        report("JSON scan", try await cpuSeconds { for line in lines { _ = try ResourceScan.scan(line) } }, baseline)
        let parsing = try await cpuSeconds { for line in lines { _ = try JSONParser.parse(line) } }
        report("JSON tree", parsing, baseline)
        let trees = try lines.map { try JSONParser.parse($0) }
        report("JSON write", await cpuSeconds { for tree in trees { _ = tree.serialized() } }, baseline)
        report("map to US Core", try await mapping(), baseline)
        try await PathBenchmark().run()
        try await staging()
    }

    private func report(_ name: String, _ seconds: Double, _ baseline: Double) {
        let megabytes = Double(bytes) / 1e6 / seconds
        let each = seconds / Double(lines.count) * 1e6
        print(
            Row.text(
                name, "\(Row.number(megabytes)) MB per CPU s", "\(Row.number(each)) µs a resource",
                "\(Row.number(baseline / seconds)) x Foundation's JSON parser"))
    }

    private func mapping() async throws -> Double {
        let digests = Digests { SHA256.hash($0) }
        let set = try MappingSet.load(directory: "mappings/us-core-6.1.0", digests: digests)
        let context = MappingContext(
            clinicBase: "https://fhir.clinic0.example/r4", clinicIdentifierSystem: "https://clinic0.example/fhir-id",
            clinicNPI: "1234567893", clinicOrganization: "Clinic 0", payerName: "med0")
        let resources = try lines.map { try Resource(parsing: $0) }
        return await cpuSeconds { for resource in resources { _ = set.map(resource, in: context) } }
    }

    /// Scan, hash and upsert with `synchronous=FULL`, 10,000 rows per transaction.
    private func staging() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pdex-bench-\(getpid())")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let digests = Digests { SHA256.hash($0) }
        let identities = Identities(secret: Array(repeating: 7, count: 32), digests: digests)
        let store = try SQLiteExchangeStore.open(path: folder.appendingPathComponent("bench.db").path, digests: digests)
        let seconds = try await cpuSeconds {
            for start in stride(from: 0, to: lines.count, by: 10_000) {
                let batch = try batch(lines[start..<start + 10_000], identities)
                _ = try await store.write { try $0.stage(batch) }
            }
        }
        print(Row.text("stage into SQLite", "\(Row.whole(Double(lines.count) / seconds)) resources per CPU s", "", ""))
    }

    private func batch(_ lines: ArraySlice<[UInt8]>, _ identities: Identities) throws -> StagingBatch {
        var batch = StagingBatch(source: "clinic0")
        for line in lines {
            let scan = try ResourceScan.scan(line)
            let start = batch.bytes.count
            batch.bytes += line
            batch.rows.append(
                .init(
                    key: identities.key(source: "clinic0", type: scan.type, id: scan.id), type: scan.type, id: scan.id,
                    versionID: scan.versionID, lastUpdated: scan.lastUpdated,
                    patient: scan.patient.map { identities.key(source: "clinic0", type: "Patient", id: $0) },
                    contentHash: line.withUnsafeBytes(identities.contentHash), range: start..<batch.bytes.count))
        }
        return batch
    }
}
