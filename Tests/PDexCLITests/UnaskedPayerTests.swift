import DeclarativeFiles
import FHIRClient
import Foundation
import Jobs
import PDex
import PDexTesting
import Testing

@testable import PDexCLI

@Suite("A payer with which nothing is exchanged but files")
struct UnaskedPayerTests {
    private static let registration = """
            client-id: pdex-at-med0
            key: med0-2026

        """

    /// A configuration whose payer has no client, and `lines`.
    private static func text(_ lines: [String]) -> String {
        ConfigurationTests.whole.replacing(registration, with: "")
            .replacing("coverage: { from: fhir }", with: lines.first ?? "coverage: { file: coverage.ndjson }")
            + (["drop-folder: ./drops"] + lines.dropFirst()).map { "\n    " + $0 }.joined()
    }

    @Test("needs neither client-id nor key, and there is nobody to be asked for a token")
    func needsNone() async throws {
        try await Self.inFolder(Self.text([]), delivery: "file-drop") { configuration in
            try KeyGenerator.generate(kid: "clinic0-2026", algorithm: .es384, into: configuration.keys)

            let jobs = try JobFolder.load(configuration)
            try await ConfigCommand.Check.checkKeys(configuration)
            let probes = try await Servers(configuration, clock: SystemClock()).probes()

            #expect(jobs.map(\.name) == ["nightly"])
            #expect(configuration.payer("med0")?.server.client == nil)
            #expect(probes.map(\.server) == ["clinic0"])
            let fault = await #expect(throws: Fault.self) {
                _ = try await AuthFindings.collect(configuration, only: "med0")
            }
            #expect(fault?.message.hasPrefix("med0 has no client-id") == true)
        }
    }

    @Test("is left files, and any question to its server is refused before it leaves")
    func refuses() async throws {
        try await Self.inFolder(Self.text([]), delivery: "file-drop") { configuration in
            try KeyGenerator.generate(kid: "clinic0-2026", algorithm: .es384, into: configuration.keys)

            let payer = try await Servers(configuration, clock: SystemClock()).parts(of: "nightly").payer

            #expect(payer is DropPayer)
            #expect(payer.base == "https://fhir.med0.example/r4")
            #expect(try await payer.unreadableTypes(among: ["Patient"]) == ["Patient"])
            for question in Self.questions {
                let fault = await #expect(throws: Fault.self) { try await question(payer) }
                #expect(fault?.code == .configInvalid && fault?.disposition == .halt)
            }
            let server = UnaskedPayer(name: "med0", base: payer.base)
            let fault = await #expect(throws: Fault.self) {
                _ = try await server.submit([], requestID: "x", lastLook: {})
            }
            #expect(fault?.code == .configInvalid)
        }
    }

    @Test(
        "needs both as soon as its server is asked anything, and half of them is not enough",
        arguments: [
            (["coverage: { from: fhir }"], "coverage comes from it"),
            (["coverage: { from: bulk-export }"], "coverage comes from it"),
            (["coverage: { file: c.ndjson }", "client-id: pdex"], "one of them is here"),
            (["coverage: { file: c.ndjson }", "key: med0-2026"], "one of them is here"),
        ])
    func asked(lines: [String], why: String) throws {
        let said = try #require(throws: FileDiagnostics.self) {
            try ConfigurationFile.parse(Self.text(lines), path: "site/pdex.yaml")
        }

        #expect("\(said)".contains("a payer whose server is asked needs 'client-id' and 'key': \(why)"))
    }

    @Test("consent that comes from its server needs both, too")
    func consent() throws {
        let text = Self.text([]).replacing("consent:  { file: consent.ndjson }", with: "consent:  { from: fhir }")

        let said = try #require(throws: FileDiagnostics.self) {
            try ConfigurationFile.parse(text, path: "site/pdex.yaml")
        }

        #expect("\(said)".contains("consent comes from it"))
    }

    @Test(
        "a job that speaks to its server is refused", arguments: ["transaction", "batch", "put", "file-drop"])
    func jobs(delivery: String) async throws {
        // The question who somebody is goes to the server.
        let match = delivery == "file-drop" ? "match: { by: [member-id, member-match] }" : ""
        try await Self.inFolder(Self.text([]), delivery: delivery, match) { configuration in
            let fault = try #require(throws: Fault.self) { try JobFolder.load(configuration) }

            #expect(fault.code == .jobInvalid)
            #expect(fault.message.contains("speaks to the server of med0, which has no 'client-id' and 'key'"))
        }
    }

    @Test("a clinic needs both, whatever comes from it")
    func clinic() throws {
        for line in ["    client-id: pdex-at-clinic0\n", "    key: clinic0-2026\n"] {
            let said = try #require(throws: FileDiagnostics.self) {
                try ConfigurationFile.parse(Self.text([]).replacing(line, with: ""), path: "site/pdex.yaml")
            }
            #expect("\(said)".contains("a clinic needs the key '"))
        }
    }

    private static let questions: [@Sendable (any PayerServer) async throws -> Void] = [
        { _ = try await $0.capability() },
        { _ = try await $0.search(SearchQuery("Coverage")) },
        { _ = try await $0.page("https://fhir.med0.example/r4?page=2") },
        { _ = try await $0.read(type: "Patient", id: "x") },
        { _ = try await $0.startMatchingMembers([], lastLook: {}) },
    ]

    private static func inFolder(
        _ text: String, delivery: String, _ line: String = "", _ body: (Configuration) async throws -> Void
    ) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/pdex-unasked-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path + "/jobs", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: path + "/keys", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: path) }
        let job = """
            job: nightly
            on: { request: true }
            from: clinic0
            to: med0
            select: { by: auto, types: [Patient], since: all }
            map: us-core-6.1.0
            deliver: { as: \(delivery) }
            \(line)
            """
        try job.write(toFile: path + "/jobs/nightly.yaml", atomically: true, encoding: .utf8)
        let mappings = FileManager.default.currentDirectoryPath + "/mappings"
        try await body(
            try ConfigurationFile.parse(
                text + "\nmappings: \(mappings)\nidentity-secret: ./secret", path: path + "/pdex.yaml"))
    }
}
