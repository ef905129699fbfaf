import FHIR
import FHIRClient
import Foundation
import PDex
import PDexTesting
import SQLiteStore
import Testing

@testable import Pipeline

/// A night between a clinic on the wire and a scripted payer: the product's own transport, client and pipeline.
struct HostileNight: Sendable {
    let clinic: HostileClinic
    let night: Night
    let store: any Store
    let pipeline: ExchangePipeline
    let heard = Heard()
    private let terms: ExchangeTerms
    private let transport: any HTTPTransport

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
        let night = try Night(members, mappings: Self.mappings, attempts: attempts)
        let practitioner = try Resource([
            "resourceType": "Practitioner", "id": "dr-hale", "name": [["family": "Hale", "given": ["Imani"]]],
        ])
        let clinic = try HostileClinic(
            try records ?? Self.records(of: members) + [practitioner, night.group(of: members)])
        let terms = Self.terms(night.pipeline.terms, base: clinic.base, method)
        try self.init(
            clinic, night, terms, store: night.store, payer: night.payer,
            transport: CutTransport(transport: transport, clinic: clinic), clock: night.clock, owner: "tests")
    }

    /// The same night in another process, which finds the store's file as the one before left it.
    func process(_ name: String, at path: String, life: Lifetime) throws -> HostileNight {
        let digests = Digests { SHA256.hash($0) }
        return try HostileNight(
            clinic, night, terms,
            store: MortalStore(store: try SQLiteExchangeStore.open(path: path, digests: digests), life: life),
            payer: MortalPayer(payer: night.payer, life: life),
            transport: MortalTransport(transport: transport, life: life),
            clock: MortalClock(clock: night.clock, life: life), owner: name)
    }

    private init(
        _ clinic: HostileClinic, _ night: Night, _ terms: ExchangeTerms, store: any Store, payer: any PayerServer,
        transport: any HTTPTransport, clock: any WallClock, owner: String
    ) throws {
        self.clinic = clinic
        self.night = night
        self.terms = terms
        self.store = store
        self.transport = transport
        let connection = ServerConnection(
            name: "clinic0", side: .clinic, base: clinic.base,
            authorization: .backendServices(.init(clientID: "pdex-client")),
            scopes: ScopeSet(types: ["Patient"], letters: [.read, .search]))
        let session = try ServerSession(
            connection, keys: try #require(TestKeys.folder), transport: transport, clock: clock,
            retry: ReadRetry(jitter: { 1 }))
        pipeline = ExchangePipeline(
            terms: terms, clinic: ClinicClient(session), payer: payer, store: store,
            mappings: try LoadedMappings.set(in: Self.mappings, digests: Digests { SHA256.hash($0) }),
            identities: night.identities, clock: clock, random: { 0.5 }, owner: owner,
            // All other processes that had claims in this store have ended.
            ownerIsGone: { $0 != owner }, observer: heard.hear)
    }

    /// Runs the job under a name of its own.
    func run(_ name: String) async throws -> RunReport { try await pipeline.run(night.firing(name)) }

    /// Runs the job, and returns in words how that ended.
    func ending(_ name: String) async -> String {
        heard.fault = nil
        do {
            let report = try await run(name)
            let problems = report.problems.keys.map(\.rawValue).sorted().joined(separator: " ")
            return report.state == .complete ? "complete" : "\(report.state.rawValue) \(problems)"
        } catch let fault as Fault {
            heard.fault = fault
            return "broken \(fault.code.rawValue)"
        } catch {
            return "\(error)"
        }
    }

    /// What is staged of the clinic's data, as it is in the store.
    func staged() async throws -> [String: [UInt8]] {
        let types = ["Patient", "Encounter", "Condition", "Observation", "DocumentReference", "Practitioner"]
        return try await store.read { reader in
            var found: [String: [UInt8]] = [:]
            for type in types {
                for key in try reader.keys(ofSource: "clinic0", type: type, after: nil, limit: 20_000) {
                    guard let resource = try reader.staged(key) else { continue }
                    found["\(type)/\(resource.id)"] = resource.bytes
                }
            }
            return found
        }
    }

    /// The watermarks of the export, of Joe and of Ada.
    func watermarks() async throws -> [Instant?] {
        var terms = pipeline.terms
        // The clinic lists none.
        terms.selection.includesConsents = false
        let selection = terms.selection
        let people = ["joe", "ada"].map { night.identities.key(source: "clinic0", type: "Patient", id: $0) }
        return try await store.read { reader in
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
