import FHIR
import Mappings
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// PV-02, PV-04 … PV-07, PV-11, UC-09.
@Suite("Where what is sent comes from")
struct OriginTests {
    @Test("what somebody wrote in a visit has them as author, for the clinic; the rest has the clinic itself")
    func authors() async throws {
        let night = try await Self.night(try Self.problem)
        let held = night.payer.held
        let byDoctor = try #require(
            Self.origins(night).first { Self.who($0).contains { $0.hasPrefix("Practitioner/") } })
        #expect(Self.types(of: byDoctor) == ["Condition"])
        #expect(Self.codes(byDoctor) == ["author"])
        let principal = byDoctor["agent"]?[0]?["onBehalfOf"]?["reference"]?.string
        #expect(principal.flatMap { held[$0]?["name"] } == "Clinic0")
        let others = Self.origins(night).filter { $0.id != byDoctor.id }
        #expect(others.allSatisfy { Self.who($0) == [principal] && $0["agent"]?[0]?["onBehalfOf"] == nil })
        let told = Self.origins(night).flatMap(Self.targets)
        #expect(told.count == Set(told).count)
        #expect(Set(told) == Set(held.keys.filter { !$0.hasPrefix("Provenance/") && $0 != principal }))
    }

    @Test("a role stands for the practitioner in it, and a person who is neither is not named")
    func roles() async throws {
        let role: JSONValue = [
            "resourceType": "PractitionerRole", "id": "hale-at-clinic0",
            "practitioner": ["reference": "Practitioner/dr-hale"],
        ]
        let told = try Self.problem(["recorder": ["reference": "PractitionerRole/hale-at-clinic0"]])
        let own = try Self.problem(["id": "felt", "recorder": ["reference": "Patient/joe"]])
        let night = try await Self.night(told, own, try Resource(role))
        let byDoctor = Self.origins(night).filter { Self.who($0).contains { $0.hasPrefix("Practitioner/") } }
        #expect(byDoctor.flatMap(Self.targets).count == 1)
        #expect(Self.origins(night).flatMap(Self.who).allSatisfy { !$0.hasPrefix("Patient/") })
    }

    @Test("who wrote in a role did so for the organization of that role, and not for the clinic")
    func roleElsewhere() async throws {
        let other: JSONValue = [
            "resourceType": "Organization", "id": "other", "name": "Other Hospital", "active": true,
            "identifier": [["system": "http://hl7.org/fhir/sid/us-npi", "value": "1003000126"]],
        ]
        let role: JSONValue = [
            "resourceType": "PractitionerRole", "id": "hale-elsewhere",
            "practitioner": ["reference": "Practitioner/dr-hale"], "organization": ["reference": "Organization/other"],
        ]
        let told = try Self.problem(["recorder": ["reference": "PractitionerRole/hale-elsewhere"]])
        let night = try await Self.night(told, try Resource(role), try Resource(other))
        let byDoctor = try #require(
            Self.origins(night).first { Self.who($0).contains { $0.hasPrefix("Practitioner/") } })
        let principal = byDoctor["agent"]?[0]?["onBehalfOf"]?["reference"]?.string
        #expect(principal.flatMap { night.payer.held[$0]?["name"] } == "Other Hospital")
    }

    @Test(
        "whoever wrote it and cannot be named is not replaced by the clinic, which only keeps it",
        arguments: [
            ["reference": "Patient/joe"], ["display": "a visiting doctor"], ["reference": "Practitioner/gone"],
            ["reference": "https://elsewhere.example/r4/Practitioner/1"],
        ] as [JSONValue])
    func unnamed(recorder: JSONValue) async throws {
        let night = try await Self.night(try Self.problem(["recorder": recorder]))
        let origin = try #require(
            Self.origins(night).first { Self.sources($0).contains { $0.contains("/Condition/problem/") } })
        #expect(Self.types(of: origin) == ["Condition"])
        #expect(Self.codes(origin) == ["custodian"])
        #expect(Self.who(origin).allSatisfy { $0.hasPrefix("Organization/") })
    }

    @Test("each target has its version at the clinic in the same place, and the whole since when they are so")
    func versions() async throws {
        let later = try Self.problem([
            "id": "later", "meta": ["versionId": "7", "lastUpdated": "2026-05-06T10:00:00Z"],
        ])
        let night = try await Self.night(try Self.problem, later)
        let origin = try #require(Self.origins(night).first { Self.types(of: $0) == ["Condition", "Condition"] })
        let base = "https://fhir.clinic0.example/r4/Condition/"
        #expect(Set(Self.sources(origin)) == [base + "problem/_history/3", base + "later/_history/7"])
        for (target, source) in zip(Self.targets(origin), Self.sources(origin)) {
            let identifiers = night.payer.held[target]?["identifier"]?.elements ?? []
            #expect(identifiers.contains { source.contains("/" + ($0["value"]?.string ?? "?") + "/") })
        }
        #expect(
            origin["occurredPeriod"]
                == ["start": "2026-05-05T10:00:00.000Z", "end": "2026-05-06T10:00:00.000Z"])
        #expect(origin["recorded"] == "2026-06-01T02:15:00.000Z")
    }

    @Test("a version that is no FHIR id is not repeated", arguments: ["3?_format=xml", "../3", "", "a b"])
    func hostile(version: String) async throws {
        let odd = try Self.problem(["meta": ["versionId": .string(version)]])
        let night = try await Self.night(odd)
        let sources = Self.origins(night).flatMap(Self.sources)
        #expect(sources.contains("https://fhir.clinic0.example/r4/Condition/problem"))
        #expect(sources.allSatisfy { !$0.contains("_history") })
    }

    @Test("a payer that wants it gets one for each resource, with the moment of its version")
    func eachResource() async throws {
        let night = try await Self.night(try Self.problem, policy: ProvenancePolicy(detail: .eachResource))
        let origins = Self.origins(night)
        let resources = night.payer.held.keys.filter { !$0.hasPrefix("Provenance/") }
        #expect(origins.count == resources.count - 1)
        #expect(origins.allSatisfy { Self.targets($0).count == 1 && Self.sources($0).count == 1 })
        let problem = try #require(origins.first { Self.sources($0)[0].contains("/Condition/problem/") })
        #expect(problem["occurredDateTime"] == "2026-05-05T10:00:00.000Z")
    }

    @Test("the set of mappings is named with its whole hash, in each Provenance of ours")
    func mapping() async throws {
        let night = try await Self.night(try Self.problem)
        let policy = "urn:pdex:mapping:us-core-6.1.0:" + night.pipeline.mappings.hash
        let ours = night.payer.held.values.filter { $0.type == "Provenance" }
        #expect(ours.count > 2 && ours.allSatisfy { $0["policy"] == [.string(policy)] })
        #expect(night.pipeline.mappings.hash.utf8.count == 64)
    }

    @Test("each version of PDex gets its form: from 2.2.0 on the clinic is also the source", arguments: Form.all)
    func forms(form: Form) async throws {
        let night = try await Self.night(try Self.problem, policy: ProvenancePolicy(version: form.version))
        let profile = "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/pdex-provenance" + form.suffix
        let ours = night.payer.held.values.filter { $0.type == "Provenance" }
        #expect(ours.allSatisfy { $0["meta"]?["profile"] == [.string(profile)] })
        #expect(Self.origins(night).allSatisfy { Self.codes($0) == form.agents })
        let exchange = try #require(ours.first { $0["entity"]?[0]?["what"]?["display"] != nil })
        #expect(Self.codes(exchange) == ["transmitter"])
    }

    @Test("a payer that takes no references to other servers is told the sources by identifier")
    func identifiers() async throws {
        let night = try await Self.night(try Self.problem, policy: ProvenancePolicy(sources: .identifier))
        #expect(Self.origins(night).flatMap(Self.sources).isEmpty)
        let named = Self.origins(night).flatMap { $0["entity"]?.elements ?? [] }.map { $0["what"]?["identifier"] }
        let source: JSONValue = [
            "system": "urn:ietf:rfc:3986",
            "value": "https://fhir.clinic0.example/r4/Condition/problem/_history/3",
        ]
        #expect(named.contains(source))
    }

    @Test("what it adds is within the payer's limits", arguments: ProvenancePolicy.Detail.allCases)
    func limits(detail: ProvenancePolicy.Detail) async throws {
        let problems = try (0..<40).map { try Self.problem(["id": .string("problem-\($0)")]) }
        for most in [10, 11, 13, 20, 47] {
            let night = try Night(
                [.joe], mappings: usCoreMappings, also: problems, maxEntries: most,
                provenance: ProvenancePolicy(detail: detail))
            let report = try await night.run()
            #expect(report.exchanges.acknowledged == 1)
            let sizes = try night.payer.received.map { try FHIRBundle(JSONParser.parse($0)).entries.count }
            #expect(sizes.allSatisfy { $0 <= most })
            #expect(night.payer.held.values.filter { $0.type == "Condition" }.count == 41)
        }
    }

    @Test("and within its bytes", arguments: ProvenancePolicy.Detail.allCases)
    func bytes(detail: ProvenancePolicy.Detail) async throws {
        let problems = try (0..<40).map { try Self.problem(["id": .string("problem-\($0)")]) }
        for most in [20_000, 22_500, 30_000, 60_000] {
            let night = try Night(
                [.joe], mappings: usCoreMappings, also: problems, maxBytes: most,
                provenance: ProvenancePolicy(detail: detail))
            #expect(try await night.run().exchanges.acknowledged == 1)
            let sizes = night.payer.received.map(\.count)
            #expect(sizes.allSatisfy { $0 <= most } && sizes.count > 1, "\(most): \(sizes)")
            #expect(night.payer.held.values.filter { $0.type == "Condition" }.count == 41)
        }
    }

    /// A version and what it looks like.
    struct Form: Sendable, CustomTestStringConvertible {
        let version: ProvenancePolicy.Version?
        let suffix: String
        let agents: [String]
        var testDescription: String { version?.rawValue ?? "none" }

        static let all = [
            Form(version: nil, suffix: "", agents: ["author"]),
            Form(version: .v2_0_0, suffix: "|2.0.0", agents: ["author"]),
            Form(version: .v2_1_0, suffix: "|2.1.0", agents: ["author"]),
            Form(version: .v2_2_0, suffix: "|2.2.0", agents: ["author", "source"]),
        ]
    }

    /// What Dr Hale wrote in Joe's visit.
    private static var problem: Resource { get throws { try problem([:]) } }

    /// What Dr Hale wrote in Joe's visit, changed.
    static func problem(_ changes: JSONObject) throws -> Resource {
        var json: JSONObject = [
            "resourceType": "Condition", "id": "problem",
            "meta": ["versionId": "3", "lastUpdated": "2026-05-05T10:00:00Z"],
            "clinicalStatus": [
                "coding": [
                    ["system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"]
                ]
            ],
            "category": [
                [
                    "coding": [
                        [
                            "system": "http://terminology.hl7.org/CodeSystem/condition-category",
                            "code": "encounter-diagnosis",
                        ]
                    ]
                ]
            ],
            "code": ["coding": [["system": "http://snomed.info/sct", "code": "36971009", "display": "Sinusitis"]]],
            "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/joe-visit"],
            "recorder": ["reference": "Practitioner/dr-hale"],
        ]
        for (name, value) in changes.members.map({ ($0.key, $0.value) }) { json[name] = value }
        return try Resource(.object(json))
    }

    private static func night(
        _ extra: Resource..., policy: ProvenancePolicy = ProvenancePolicy()
    ) async throws -> Night {
        let night = try Night([.joe], mappings: usCoreMappings, also: extra, provenance: policy)
        #expect(try await night.run().exchanges.acknowledged == 1)
        return night
    }

    /// The Provenance of origins: those that do not name the exchange.
    private static func origins(_ night: Night) -> [Resource] {
        night.payer.held.values.filter { $0.type == "Provenance" && $0["entity"]?[0]?["what"]?["display"] == nil }
    }

    private static func targets(_ origin: Resource) -> [String] {
        (origin["target"]?.elements ?? []).compactMap { $0["reference"]?.string }
    }

    private static func types(of origin: Resource) -> [String] {
        targets(origin).map { String($0.prefix { $0 != "/" }) }
    }

    private static func sources(_ origin: Resource) -> [String] {
        (origin["entity"]?.elements ?? []).compactMap { $0["what"]?["reference"]?.string }
    }

    private static func who(_ origin: Resource) -> [String] {
        (origin["agent"]?.elements ?? []).compactMap { $0["who"]?["reference"]?.string }
    }

    private static func codes(_ provenance: Resource) -> [String] {
        (provenance["agent"]?.elements ?? []).compactMap { $0["type"]?["coding"]?[0]?["code"]?.string }
    }
}
