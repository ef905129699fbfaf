import FHIR
import FHIRClient
import Testing

@testable import Sandbox

@Suite("What surrounds the visits of an invented patient")
struct CareRecordTests {
    private static let asOf = Instant("2026-03-02T00:00:00Z") ?? Instant(seconds: 0)
    private static let types = [
        "CarePlan", "CareTeam", "Goal", "Device", "ServiceRequest", "Specimen", "RelatedPerson",
    ]

    private static func clinic(members: Int, seed: UInt64 = 1) throws -> [Resource] {
        var found: [Resource] = []
        try Population(seed: seed, members: members, asOf: asOf).forEachClinicResource {
            found.append(try Resource(parsing: $0))
        }
        return found
    }

    @Test("is all there for Joe Smith, of whatever seed", arguments: [1, 2, 77] as [UInt64])
    func joeSmith(seed: UInt64) throws {
        let found = try Self.clinic(members: 1, seed: seed)

        let kinds = Set(found.map(\.type))
        #expect(Self.types.filter { !kinds.contains($0) } == [])
        let codes = found.compactMap { $0["code"]?["coding"]?[0]?["code"]?.string }
        #expect(["72166-2", "88122-7", "88124-3"].allSatisfy(codes.contains))
    }

    @Test("is a few resources for most people, and each of them says its version and when it was written")
    func proportions() throws {
        let found = try Self.clinic(members: 500)
        let counts = Dictionary(grouping: found, by: \.type).mapValues(\.count)

        for type in Self.types + ["MedicationDispense"] { #expect(10...350 ~= counts[type] ?? 0, "\(type)") }
        #expect(found.allSatisfy { $0["meta"]?["versionId"] == "1" && $0["meta"]?["lastUpdated"]?.string != nil })
    }

    @Test("has the gaps of a real record, one member of ten each")
    func gaps() throws {
        let found = try Self.clinic(members: 50)
        func count(_ type: String, _ lacks: (Resource) -> Bool) -> Int {
            found.count { $0.type == type && lacks($0) }
        }

        #expect(count("Encounter") { $0["type"] == nil } == 5)
        #expect(count("Condition") { $0["clinicalStatus"] == nil } == 5)
        #expect(count("Observation") { $0["valueQuantity"] == nil && $0["dataAbsentReason"] != nil } == 5)
        #expect(count("CareTeam") { $0["participant"]?[0]?["role"] == nil } == 5)
        #expect(count("Device") { $0["udiCarrier"] == nil } == 5)
        #expect(count("Location") { $0["name"] == nil } == 1)
    }

    @Test("a result names its order and specimen, and these each other")
    func laboratory() throws {
        let found = try Self.clinic(members: 1)
        let order = try #require(found.first { $0.type == "ServiceRequest" })
        let specimen = try #require(found.first { $0.type == "Specimen" })
        let result = try #require(found.first { $0["specimen"] != nil && $0.type == "Observation" })

        #expect(order["specimen"]?[0]?["reference"]?.string == "Specimen/\(specimen.id ?? "")")
        #expect(specimen["request"]?[0]?["reference"]?.string == "ServiceRequest/\(order.id ?? "")")
        #expect(result["basedOn"]?[0]?["reference"]?.string == "ServiceRequest/\(order.id ?? "")")
        #expect(result["code"] == order["code"])
    }

    @Test("is found by search, by everything about a patient, and by export", arguments: types)
    func served(type: String) async throws {
        let world = try TestSandbox()
        let token = try await world.clinic.token("system/*.rs")
        func keys(_ target: String) -> [String] { world.clinic.matches("/fhir/r4/" + target, token: token) }

        let found = keys("\(type)?patient=pat-000001")

        #expect(!found.isEmpty)
        #expect(keys("\(type)?patient=pat-000001&_lastUpdated=lt2026-03-02") == found)
        #expect(keys("\(type)?patient=pat-000001&_lastUpdated=ge2026-03-02").isEmpty)
        #expect(keys("Patient/pat-000001/$everything?_type=\(type)") == found)
        let export = ExportTests.Export(world.clinic, token, "Group/med0-members/$export?_type=\(type)")
        #expect(Set(export.keys).isSuperset(of: found))
        let metadata = world.clinic.send("GET", "/fhir/r4/metadata", token: token).json
        let listed = metadata?["rest"]?[0]?["resource"]?.elements
        #expect(listed?.contains { $0["type"]?.string == type } == true)
    }

    @Test(
        "is narrowed by what it is",
        arguments: [
            ("CarePlan?patient=pat-000001&category=assess-plan", 1), ("CarePlan?patient=pat-000001&category=x", 0),
            ("CarePlan?patient=pat-000001&date=ge2025-01-01", 1), ("CarePlan?patient=pat-000001&date=lt2020-01-01", 0),
            ("CareTeam?patient=pat-000001&status=active", 1), ("CareTeam?participant=Patient/pat-000001", 1),
            ("Goal?patient=pat-000001&lifecycle-status=active", 1), ("Goal?lifecycle-status=completed", 0),
            ("ServiceRequest?encounter=enc-000001-1&category=108252007", 1),
            ("ServiceRequest?patient=pat-000001&intent=plan", 0),
            ("Observation?specimen=Specimen/specimen-000001-1", 1), ("Specimen?patient=pat-000001&type=x", 0),
            ("Observation?patient=pat-000001&category=survey", 2), ("RelatedPerson?patient=pat-000001&active=true", 1),
            ("Observation?encounter=enc-000001-1&category=social-history", 1),
        ])
    func narrowed(target: String, count: Int) async throws {
        let world = try TestSandbox()
        let token = try await world.clinic.token("system/*.rs")

        #expect(world.clinic.matches("/fhir/r4/" + target, token: token).count == count)
    }

    @Test("a dispense is found by its visit and its prescription")
    func dispense() async throws {
        let world = try TestSandbox()
        let token = try await world.clinic.token("system/*.rs")
        let all = world.clinic.pages("/fhir/r4/MedicationDispense", token: token)
            .flatMap { $0["entry"]?.elements ?? [] }.compactMap { $0["resource"] }
        let one = try #require(all.first)

        for (name, value) in [
            ("context", one["context"]), ("prescription", one["authorizingPrescription"]?[0]),
            ("patient", one["subject"]),
        ] {
            let target = "MedicationDispense?\(name)=\(value?["reference"]?.string ?? "")"
            #expect(world.clinic.matches("/fhir/r4/" + target, token: token).contains(one.key ?? ""), "\(name)")
        }
    }
}
