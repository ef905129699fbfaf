import FHIR
import FHIRClient
import Foundation
import PDex
import Testing

@testable import PDexCLI

@Suite("The folder of the sandbox")
struct SandboxFolderTests {
    private static let settings = SandboxSettings(asOf: Instant(milliseconds: 1_768_089_600_000))

    @Test("it has a configuration and keys that can be used, and remembers its story")
    func made() async throws {
        try await inFolder { folder in
            try folder.make(Self.settings)

            let configuration = try ConfigurationFile.load(path: folder.configuration)
            try await ConfigCommand.Check.checkKeys(configuration)
            #expect(configuration.clinic("clinic0")?.server.base == "http://127.0.0.1:18400/fhir/r4")
            #expect(configuration.payer("med0")?.server.base == "http://127.0.0.1:18401/fhir/r4")
            #expect(FileManager.default.fileExists(atPath: configuration.jobs + "/nightly-payer-sync.yaml"))
            #expect(try folder.settings() == Self.settings)
        }
    }

    @Test("made again, it keeps its keys and what was written by hand")
    func again() async throws {
        try await inFolder { folder in
            try folder.make(Self.settings)
            let registered = try folder.registration(of: SandboxFolder.clinicKey)
            try "# mine".write(toFile: folder.configuration, atomically: true, encoding: .utf8)

            try folder.make(Self.settings)

            #expect(try folder.registration(of: SandboxFolder.clinicKey) == registered)
            #expect(try String(contentsOfFile: folder.configuration, encoding: .utf8) == "# mine")
        }
    }

    @Test("made again with other ports, its configuration leads to them, and what was written by hand stays")
    func moved() async throws {
        try await inFolder { folder in
            try folder.make(Self.settings)
            let written = try String(contentsOfFile: folder.configuration, encoding: .utf8)
            try (written + "# mine: http://127.0.0.1:9/\n")
                .write(toFile: folder.configuration, atomically: true, encoding: .utf8)
            var swapped = Self.settings
            swapped.clinicPort = Self.settings.payerPort
            swapped.payerPort = Self.settings.clinicPort

            try folder.make(swapped)

            let configuration = try ConfigurationFile.load(path: folder.configuration)
            #expect(configuration.clinic("clinic0")?.server.base == "http://127.0.0.1:18401/fhir/r4")
            #expect(configuration.payer("med0")?.server.base == "http://127.0.0.1:18400/fhir/r4")
            let text = try String(contentsOfFile: folder.configuration, encoding: .utf8)
            #expect(text.hasSuffix("# mine: http://127.0.0.1:9/\n"))
        }
    }

    @Test("each server is told one key only, and never the private half")
    func registration() async throws {
        try await inFolder { folder in
            try folder.make(Self.settings)

            let keys = try #require(try folder.registration(of: SandboxFolder.payerKey)["keys"]?.array)

            #expect(keys.map { $0["kid"]?.string } == [SandboxFolder.payerKey])
            #expect(keys.allSatisfy { $0["d"] == nil })
        }
    }

    @Test("what has to lie beside the program is named where it is missing")
    func incomplete() {
        let fault = #expect(throws: Fault.self) { _ = try ProjectFiles.find(in: ["/nowhere", "/nowhere/else"]) }

        #expect(fault?.code == .configMissing)
        #expect(fault?.message.hasPrefix("jobs/nightly-payer-sync.yaml and mappings/, which come with pdex,") == true)
    }

    @Test("a folder that the sandbox did not make is not removed")
    func foreign() async throws {
        try await inFolder { folder in
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)

            try folder.remove()

            #expect(FileManager.default.fileExists(atPath: folder.path))
        }
    }

    @Test(
        "settings that were damaged are refused",
        arguments: [
            "[]", "{}", #"{"seed":-1,"members":1,"as-of":"2026-01-11T00:00:00Z","clinic-port":1,"payer-port":2}"#,
            #"{"seed":1,"members":1,"as-of":"2026-01-11","clinic-port":1,"payer-port":2}"#,
            #"{"seed":1,"members":1,"as-of":"2026-01-11T00:00:00Z","clinic-port":1,"payer-port":65536}"#,
        ])
    func damaged(_ text: String) throws {
        #expect(SandboxSettings(try JSONParser.parse(text)) == nil)
    }

    private func inFolder(_ body: (SandboxFolder) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/pdex-sandbox-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(SandboxFolder(path: path))
    }
}
