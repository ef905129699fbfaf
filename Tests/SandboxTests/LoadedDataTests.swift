import FHIR
import FHIRClient
import FoundationEssentials
import PDexTesting
import SampleData
import Serving
import Testing

@testable import Sandbox

@Suite("A clinic whose data is loaded")
struct LoadedDataTests {
    /// A folder for one test.
    private static func folder(_ files: [String: String]) throws -> String {
        let path = TestSandbox.temporaryPath("clinic")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: path).appending(path: name)) }
        return path
    }

    private static let people = (1...5).map {
        #"{"resourceType":"Patient","id":"p\#($0)","name":[{"family":"F\#($0)"}],"birthDate":"199\#($0)-01-01"}"#
    }.joined(separator: "\n")

    @Test("serves it, with a group of everybody, and a payer that covers all but two")
    func loads() throws {
        let path = try Self.folder(["Patient.ndjson": Self.people, "README.txt": "not data"])
        defer { try? FileManager.default.removeItem(atPath: path) }

        let world = try TestSandbox { $0.clinicData = path }

        let patient = world.sandbox.clinicResource("Patient", "p1")
        let members = world.sandbox.clinicResource("Group", "med0-members")?["member"]?.elements
        let payer = Dictionary(grouping: world.sandbox.payerResources(), by: \.type).mapValues(\.count)
        #expect(world.sandbox.clinicCounts() == ["Patient": 5, "Group": 1])
        #expect(patient?.lastUpdated == world.clock.now())
        #expect(patient?.json.keys == ["resourceType", "id", "meta", "name", "birthDate"])
        #expect(members?.count == 5)
        #expect(payer == ["Organization": 2, "Patient": 5, "Coverage": 3, "Consent": 3])
        #expect(world.sandbox.payerResource("Patient", "mem-000002")?["birthDate"] == "1992-01-01")
    }

    @Test("keeps the bytes of what has a time of its own, and the group that is there")
    func keeps() async throws {
        let line =
            #"{"resourceType": "Group", "id":"med0-members","meta":{"lastUpdated":"2020-01-01T00:00:00Z"},"x":1.50}"#
        let path = try Self.folder(["Group.ndjson": line])
        defer { try? FileManager.default.removeItem(atPath: path) }

        let world = try TestSandbox { $0.clinicData = path }

        #expect(world.sandbox.clinic.resource("Group", "med0-members") == Array(line.utf8))
    }

    @Test("resolves the references inside a transaction Bundle, and leaves conditional ones alone")
    func bundles() throws {
        let bundle = #"""
            {"type":"transaction","entry":[
              {"fullUrl":"urn:uuid:a","resource":{"resourceType":"Patient"}},
              {"fullUrl":"urn:uuid:b","resource":{"resourceType":"Encounter","id":"e",
               "subject":{"reference":"urn:uuid:a"},
               "serviceProvider":{"reference":"Organization?identifier=x|1"}}}]}
            """#
        let path = try Self.folder(["bundle.json": bundle])
        defer { try? FileManager.default.removeItem(atPath: path) }

        let world = try TestSandbox { $0.clinicData = path }

        let encounter = world.sandbox.clinicResource("Encounter", "e")
        #expect(encounter?["subject"]?["reference"] == "Patient/a")
        #expect(encounter?["serviceProvider"]?["reference"] == "Organization?identifier=x|1")
    }

    @Test("is refused with file and line when it is not what it should be")
    func refuses() throws {
        let path = try Self.folder(["Patient.ndjson": Self.people + "\n{\"resourceType\":\"Patient\"}\n"])
        defer { try? FileManager.default.removeItem(atPath: path) }

        #expect(throws: SandboxError.unreadableData(file: "Patient.ndjson", line: 6)) {
            try TestSandbox { $0.clinicData = path }
        }
        #expect(throws: SandboxError.unreadableFolder("/nowhere")) { try TestSandbox { $0.clinicData = "/nowhere" } }
    }

    @Test(
        "can be any that others made",
        .enabled(if: SharedFolder.has("data"), "the sample data is not on this machine"),
        arguments: [("clinic-10", 13), ("us-core-patients", 4)])
    func others(folder: String, patients: Int) async throws {
        let world = try TestSandbox { $0.clinicData = SharedFolder.path(of: "data/" + folder) }
        let token = try await world.clinic.token("system/*.rs")

        let export = ExportTests.Export(world.clinic, token, "Group/med0-members/$export")

        #expect(world.sandbox.clinicCounts()["Patient"] == patients)
        #expect(Set(export.keys).count == world.sandbox.clinicCounts().values.reduce(0, +))
    }
}
