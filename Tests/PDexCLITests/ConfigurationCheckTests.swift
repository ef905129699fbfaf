import Foundation
import Jobs
import PDex
import PDexTesting
import Testing

@testable import PDexCLI

@Suite("What is looked at before a night")
struct ConfigurationCheckTests {
    @Test("a mapping set that a job names and that is not there")
    func mappings() throws {
        let configuration = try ConfigurationFile.parse(ConfigurationTests.whole, path: "/nowhere/pdex.yaml")
        let check = ConfigurationCheck(configuration: configuration, jobs: [try Self.job("[member-id]")])

        let fault = #expect(throws: Fault.self) { try check.checkMappings() }

        #expect(fault?.code == .mappingInvalid)
        #expect(fault?.message == "There is no mapping set 'us-core-6.1.0' in /nowhere/mappings")
    }

    @Test(
        "files and folders of records that are not there are named, with whose they are",
        arguments: [
            ("consent:  { file: consent.ndjson }", "consent of med0: the file /nowhere/consent.ndjson is not there"),
            ("consent:  { folder: consents }", "consent of med0: the folder /nowhere/consents cannot be read"),
            (
                "consent:  { from: fhir }\n    match: { cross-reference: { file: x.csv, clinic-column: a, payer-column: b, "
                    + "clinic-system: urn:c, payer-system: urn:p } }",
                "match.cross-reference of med0: the file /nowhere/x.csv is not there"
            ),
        ])
    func records(line: String, said: String) throws {
        let text = ConfigurationTests.whole.replacing("consent:  { file: consent.ndjson }", with: line)
        let configuration = try ConfigurationFile.parse(text, path: "/nowhere/pdex.yaml")

        let fault = #expect(throws: Fault.self) {
            try ConfigurationCheck(configuration: configuration, jobs: []).checkRecords()
        }

        #expect(fault?.code == .configMissing)
        #expect(fault?.message.hasPrefix(said) == true)
    }

    @Test("one key for two servers, unless both stand behind one authorization server")
    func sharedKeys() throws {
        let shared = ConfigurationTests.whole.replacing("key: med0-2026", with: "key: clinic0-2026")
        let joint = shared.replacing("https://fhir.med0.example", with: "https://fhir.clinic0.example")

        #expect(try Self.warnings(ConfigurationTests.whole) == [])
        #expect(
            try Self.warnings(shared) == [
                "keys: clinic0 and med0 share the key clinic0-2026: who has it can sign in at each"
            ])
        #expect(try Self.warnings(joint) == [])
    }

    @Test(
        "an API that is heard beyond this machine, since it speaks without TLS",
        arguments: [("127.0.0.1", 0), ("localhost", 0), ("0.0.0.0", 1), ("10.0.0.5", 1)])
    func openAPI(host: String, count: Int) throws {
        let token = String(repeating: "ab", count: 32)
        let warnings = try Self.warnings(
            ConfigurationTests.whole
                + "\napi: { host: \(host), tokens: { portal: { sha256: \"\(token)\", payers: [med0] } } }")

        #expect(warnings.count == count)
        #expect(warnings.allSatisfy { $0.hasPrefix("api: the API listens on \(host) without TLS") })
    }

    @Test("record numbers among the rules, where nothing says whose they are")
    func recordNumbers() throws {
        let job = try Self.job("[member-id, record-number]")
        let declared =
            ConfigurationTests.whole + "\n    match: { pairs: [{ clinic: \"urn:c\", payer: \"urn:p\" }] }"

        #expect(
            try Self.warnings(ConfigurationTests.whole, job) == [
                "job nightly: match.by has record-number, which recognises nobody: 'match' of med0 has neither 'pairs' "
                    + "nor 'cross-reference'"
            ])
        #expect(try Self.warnings(declared, job) == [])
    }

    @Test("the doctor tells what is paused, and the command that lets it go on")
    func paused() async throws {
        let place = try TemporaryPlace()
        let folder = URL(fileURLWithPath: place.path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder.appending(path: "keys"), withIntermediateDirectories: true)
        let configuration = try ConfigurationFile.parse(
            ConfigurationTests.whole, path: folder.appending(path: "pdex.yaml").path)
        _ = try await Assembly(configuration, announce: { _ in }).operations.pause(
            .payer, "med0", reason: "announced outage")
        var doctor = Doctor()
        doctor.options = "--config here.yaml"

        await doctor.examine({ configuration }, reaches: false)

        let finding = doctor.findings.first { $0.subject == "queue" }
        #expect(finding?.verdict == .warn)
        #expect(finding?.found.hasPrefix("payer med0 is paused since ") == true)
        #expect(finding?.found.hasSuffix("because: announced outage") == true)
        #expect(finding?.next?.hasSuffix(" queue resume payer med0 --config here.yaml") == true)
    }

    private static func warnings(_ text: String, _ jobs: Job...) throws -> [String] {
        let configuration = try ConfigurationFile.parse(text, path: "/nowhere/pdex.yaml")
        return ConfigurationCheck(configuration: configuration, jobs: jobs).warnings.map {
            "\($0.subject): \($0.found)"
        }
    }

    private static func job(_ rules: String) throws -> Job {
        try JobFile.parse(
            """
            job: nightly
            on: { request: true }
            from: clinic0
            to: med0
            select: { types: [Patient, Encounter] }
            match: { by: \(rules) }
            map: us-core-6.1.0
            """, path: "jobs/nightly.yaml")
    }
}
