import Conformance
import FHIR
import FHIRClient
import Foundation
import PDex
import PDexTesting
import Pipeline
import SQLiteStore

/// A store in a file with the clinic's records of some members, and the payer's.
struct StagedMembers {
    let members: Int
    /// The members' resources, without shared ones.
    private(set) var resources = 0
    /// The CPU microseconds of parsing one of them.
    private(set) var parsing = 0.0
    private let store: SQLiteExchangeStore
    private let identities: Identities
    private let terms: ExchangeTerms
    private let clock: ManualClock
    private var patients: [ResourceKey] = []

    init(_ members: Int, in folder: URL, now: Instant) async throws {
        self.members = members
        clock = ManualClock(now)
        let digests = Digests { SHA256.hash($0) }
        identities = Identities(secret: Array("a secret of the bench, 32 bytes!".utf8), digests: digests)
        store = try SQLiteExchangeStore.open(path: folder.appendingPathComponent("bundle.db").path, digests: digests)
        let records = folder.appendingPathComponent("payer.ndjson").path
        let consents = folder.appendingPathComponent("consents.ndjson").path
        try JoinBenchmark.payerRecords(members).write(toFile: records, atomically: false, encoding: .utf8)
        try "".write(toFile: consents, atomically: false, encoding: .utf8)
        terms = Self.terms(records: records, consents: consents)
        try await stage(SyntheticMember.shared)
        var seconds = 0.0
        for number in 0..<members {
            let lines = SyntheticMember(number: number).resources
            let bytes = lines.map { Array($0.utf8) }
            seconds += try await cpuSeconds { for line in bytes { _ = try JSONParser.parse(line) } }
            patients.append(identities.key(source: "clinic0", type: "Patient", id: "p\(number)"))
            resources += lines.count
            try await stage(lines)
        }
        parsing = seconds / Double(resources) * 1e6
        _ = try await pipeline(nil).importMembers()
    }

    func pages(_ size: Int) -> [[ResourceKey]] {
        stride(from: 0, to: patients.count, by: size).map { Array(patients[$0..<min($0 + size, patients.count)]) }
    }

    func pipeline(_ validator: Validator?) throws -> ExchangePipeline {
        ExchangePipeline(
            terms: terms, clinic: ScriptedClinic(base: terms.clinic.base, clock: clock, resources: []),
            payer: ScriptedPayer(base: terms.payer.base, clock: clock, resources: [], limited: false), store: store,
            mappings: try LoadedMappings.set(in: "mappings/us-core-6.1.0", digests: Digests { SHA256.hash($0) }),
            validator: validator, identities: identities, clock: clock, random: { 0.5 }, owner: "bench")
    }

    private func stage(_ lines: [String]) async throws {
        var batch = StagingBatch(source: "clinic0")
        for line in lines {
            let bytes = Array(line.utf8)
            let scan = try ResourceScan.scan(bytes)
            let start = batch.bytes.count
            batch.bytes += bytes
            let isOfNobody = ["Organization", "Location", "Practitioner", "Provenance"].contains(scan.type)
            let patient = scan.type == "Patient" ? "Patient/" + scan.id : scan.patient
            batch.rows.append(
                .init(
                    key: identities.key(source: "clinic0", type: scan.type, id: scan.id), type: scan.type, id: scan.id,
                    versionID: scan.versionID, lastUpdated: scan.lastUpdated,
                    patient: isOfNobody ? nil : patient.flatMap(key),
                    targets: scan.type == "Provenance" ? scan.targets.compactMap(key) : [],
                    contentHash: bytes.withUnsafeBytes(identities.contentHash), range: start..<batch.bytes.count))
        }
        let filled = batch
        try await store.write { _ = try $0.stage(filled) }
    }

    private func key(_ reference: String) -> ResourceKey? {
        guard case .local(let type, let id, _) = Reference(parsing: reference) else { return nil }
        return identities.key(source: "clinic0", type: type, id: id)
    }

    private static func terms(records: String, consents: String) -> ExchangeTerms {
        func party(_ name: String, _ npi: String) -> Party {
            Party(
                name: name, base: "https://\(name).example/r4", npi: npi, organization: name,
                identifierSystem: "https://\(name).example/id")
        }
        return ExchangeTerms(
            job: "bench", clinic: party("clinic0", "1679576722"), payer: party("med0", "1003000126"),
            selection: .init(
                method: .auto, group: nil,
                types: [
                    "Patient", "Encounter", "Condition", "Observation", "MedicationRequest", "Procedure",
                    "DiagnosticReport", "Immunization",
                ], since: .all),
            matchBy: [.memberID, .subscriberID, .demographics], coverage: .file(records), consent: .file(consents),
            consentPolicy: .optOut,
            delivery: .init(kind: .transaction, maxEntries: 200, maxBytes: 5_000_000, perSecond: nil, concurrency: 1),
            retry: RetryPolicy())
    }
}
