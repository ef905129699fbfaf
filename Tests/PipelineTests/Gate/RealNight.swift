import Conformance
import FHIR
import FHIRClient
import Foundation
import PDex
import PDexTesting
import SQLiteStore

@testable import Pipeline

/// A night of a clinic with data that others made, and a payer that insures all its patients, always.
struct RealNight {
    let payer: ScriptedPayer
    private let pipeline: ExchangePipeline
    private let clock: ManualClock

    /// A night of those resources; references by URN are made relative, as the clinic's server would.
    init(
        _ resources: [Resource], mappings: String = usCoreMappings, conformance: ConformancePolicy,
        validator: Validator?
    ) throws {
        clock = ManualClock(Instant("2026-06-01T02:15:00Z") ?? Instant(milliseconds: 0))
        let sample = try Night([], mappings: usCoreMappings).pipeline.terms
        let patients = resources.filter { $0.type == "Patient" }
        let types = Set(resources.map(\.type)).subtracting(["Group", "Endpoint"])
        let terms = ExchangeTerms(
            job: sample.job, clinic: sample.clinic, payer: sample.payer,
            selection: .init(method: .auto, group: "all", types: types.sorted(), since: .all),
            matchBy: [.demographicsAddress, .demographics], coverage: .fhir, consent: .fhir, conformance: conformance,
            delivery: sample.delivery, retry: sample.retry)
        let members = patients.map { patient -> JSONValue in
            ["entity": ["reference": .string("Patient/" + (patient.id ?? ""))]]
        }
        let group = try Resource(["resourceType": "Group", "id": "all", "member": .array(members)])
        payer = ScriptedPayer(
            base: terms.payer.base, clock: clock,
            resources: try patients.flatMap { try Self.records(of: $0, terms) },
            types: Set(types).union(ScriptedPayer.usualTypes).sorted())
        let digests = Digests { SHA256.hash($0) }
        pipeline = ExchangePipeline(
            terms: terms,
            clinic: ScriptedClinic(
                base: terms.clinic.base, clock: clock, resources: resources.filter { $0.type != "Group" } + [group]),
            payer: payer, store: try SQLiteExchangeStore.inMemory(digests: digests),
            mappings: try LoadedMappings.set(in: mappings, digests: digests), validator: validator,
            identities: Directory.identities, clock: clock, random: { 0.5 }, owner: "tests")
    }

    func run() async throws -> RunReport {
        try await pipeline.run(
            Run(
                id: "night", job: pipeline.terms.job, trigger: .manual, clinic: "clinic0", payer: "med0",
                instant: clock.now()))
    }

    /// What the payer records of a patient: the same person, a Coverage without end, and a consent.
    private static func records(of patient: Resource, _ terms: ExchangeTerms) throws -> [Resource] {
        let id = "m-" + (patient.id ?? "")
        var person = patient.json
        person["id"] = .string(id)
        person["identifier"] = nil
        let named = NamedMember(id, "", "", born: "", memberID: nil).with { $0.covered = "1900-01-01"..."2100-12-31" }
        let others = try named.payerRecords(clinicNPI: terms.clinic.npi, payerNPI: terms.payer.npi)
            .filter { $0.type != "Patient" }
        let text = others.map { String(decoding: JSONValue.object($0.json).serialized(), as: UTF8.self) }
        return [try Resource(.object(person))]
            + (try text.map { try Resource(parsing: Array($0.replacing("m-" + id, with: id).utf8)) })
    }
}
