import FHIR
import FHIRClient
import Foundation
import Mappings
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// A night between a clinic on the wire and a scripted payer: the product's own transport, client and pipeline.
struct HostileNight: Sendable {
    let clinic: HostileClinic
    let night: Night
    let pipeline: ExchangePipeline
    let heard = Heard()

    /// Joe's visit with three more results than usual, so that there is more than one page, and Ada's.
    static func records(of members: [NamedMember] = [.joe, .ada]) throws -> [Resource] {
        let more = try (1...3).map { number in
            var json = try Resource(NamedMember.joe.observation(value: "5.\(number)0")).json
            json["id"] = .string("joe-more-\(number)")
            return try Resource(.object(json))
        }
        return try members.flatMap { try $0.clinicRecords() } + more
    }

    init(
        by method: ExchangeTerms.Selection.Method, members: [NamedMember] = [.joe, .ada],
        records: [Resource]? = nil, transport: any HTTPTransport = CurlTransport(), attempts: Int = 3
    ) throws {
        night = try Night(members, mappings: Self.mappings, attempts: attempts)
        let practitioner = try Resource([
            "resourceType": "Practitioner", "id": "dr-hale", "name": [["family": "Hale", "given": ["Imani"]]],
        ])
        clinic = try HostileClinic(try records ?? Self.records(of: members) + [practitioner, night.group(of: members)])
        let terms = Self.terms(night.pipeline.terms, base: clinic.base, method)
        let connection = ServerConnection(
            name: "clinic0", side: .clinic, base: clinic.base,
            authorization: .backendServices(.init(clientID: "pdex-client")),
            scopes: ScopeSet(types: ["Patient"], letters: [.read, .search]))
        let session = try ServerSession(
            connection, keys: try #require(TestKeys.folder), transport: transport, clock: night.clock,
            retry: ReadRetry(jitter: { 1 }))
        let digests = Digests { SHA256.hash($0) }
        pipeline = ExchangePipeline(
            terms: terms, clinic: ClinicClient(session), payer: night.payer, store: night.store,
            mappings: try MappingSet.load(directory: Self.mappings, digests: digests), identities: night.identities,
            clock: night.clock, random: { 0.5 }, owner: "tests", observer: heard.hear)
    }

    /// Runs the job under a name of its own.
    func run(_ name: String) async throws -> RunReport { try await pipeline.run(night.firing(name)) }

    /// What is staged of the clinic's, as it stands in the store.
    func staged() async throws -> [String: [UInt8]] {
        let types = ["Patient", "Encounter", "Condition", "Observation", "DocumentReference", "Practitioner"]
        return try await night.store.read { reader in
            var found: [String: [UInt8]] = [:]
            for type in types {
                for key in try reader.keys(ofSource: "clinic0", type: type, after: nil, limit: 1000) {
                    guard let resource = try reader.staged(key) else { continue }
                    found["\(type)/\(resource.id)"] = resource.bytes
                }
            }
            return found
        }
    }

    /// The watermarks: that of the export, and those of Joe and Ada.
    func watermarks() async throws -> [Instant?] {
        let selection = pipeline.terms.selection
        let people = ["joe", "ada"].map { night.identities.key(source: "clinic0", type: "Patient", id: $0) }
        return try await night.store.read { reader in
            try [reader.watermark(source: "clinic0", scope: PullScope.export(selection))]
                + people.map {
                    try reader.watermark(of: $0, source: "clinic0", scope: PullScope.patients(selection))
                }
        }
    }

    static let mappings: String = {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let root = tests.deletingLastPathComponent().deletingLastPathComponent()
        return root.appendingPathComponent("mappings/us-core-6.1.0").path
    }()

    private static func terms(
        _ usual: ExchangeTerms, base: String, _ method: ExchangeTerms.Selection.Method
    ) -> ExchangeTerms {
        let clinic = Party(
            name: "clinic0", base: base, npi: usual.clinic.npi, organization: "Clinic0",
            identifierSystem: "https://clinic0.example/fhir-id")
        let selection = ExchangeTerms.Selection(
            method: method, group: "med0-members", types: usual.selection.types, since: .lastSuccess)
        return ExchangeTerms(
            job: usual.job, clinic: clinic, payer: usual.payer, selection: selection, matchBy: usual.matchBy,
            coverage: .fhir, consent: .fhir, delivery: usual.delivery, retry: usual.retry)
    }
}
