import ArgumentParser
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

    @Test("one sandbox at a time serves it")
    func locked() async throws {
        try await inFolder { folder in
            let first = try SandboxLock(folder)

            let fault = #expect(throws: Fault.self) { _ = try SandboxLock(folder) }

            #expect(fault?.code == .folderInUse)
            #expect(fault?.message == "Another sandbox serves \(folder.path).")
            withExtendedLifetime(first) {}
        }
    }

    @Test("where nothing can be written, that is said, and not what the system calls it")
    func unwritable() throws {
        let folder = SandboxFolder(path: "/proc/pdex-sandbox")

        let making = #expect(throws: Fault.self) { try folder.make(Self.settings) }
        let locking = #expect(throws: Fault.self) { _ = try SandboxLock(folder) }

        #expect(making?.message == "The folder /proc/pdex-sandbox cannot be made, or its files cannot be written.")
        #expect(locking == making)
    }

    @Test("a port that is taken is named, and so are two that are the same")
    func ports() throws {
        let fault = #expect(throws: Fault.self) {
            try SandboxCommand.insistOnFree(["--clinic-port": 1, "--payer-port": 2]) { $0 == 2 ? EADDRINUSE : nil }
        }
        let forbidden = #expect(throws: Fault.self) {
            try SandboxCommand.insistOnFree(["--clinic-port": 1]) { _ in EACCES }
        }
        let same = #expect(throws: (any Error).self) {
            _ = try SandboxCommand.parse(["--clinic-port", "9000", "--payer-port", "9000"])
        }

        #expect(fault?.message == "Somebody listens on port 2 of this machine already.")
        #expect(fault?.hint?.contains("--payer-port") == true)
        #expect(forbidden?.message == "Port 1 of this machine cannot be bound: Permission denied.")
        #expect(same.map { SandboxCommand.fullMessage(for: $0).contains("are both 9000") } == true)
    }

    @Test("further public keys are read from a JWK Set, and private ones are refused")
    func moreKeys() async throws {
        try await inFolder { folder in
            try folder.make(Self.settings)
            let file = folder.path + "/more.json"
            try #"{"keys":[{"kid":"northside-2026","kty":"EC"}]}"#.write(
                toFile: file, atomically: true, encoding: .utf8)
            let keys = try SandboxFolder.publicKeys(inFile: file)
            try #"{"keys":[{"kid":"a","d":"x"}]}"#.write(toFile: file, atomically: true, encoding: .utf8)

            let fault = #expect(throws: Fault.self) { try SandboxFolder.publicKeys(inFile: file) }

            #expect(keys.map { $0["kid"]?.string } == ["northside-2026"])
            #expect(fault?.code == .keyUnusable)
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
