import FHIR
import FHIRClient
import Foundation
import PDex

/// A folder with everything that the sandbox and a pdex for it need: configuration, keys, store, Med0's file.
struct SandboxFolder: Sendable, Hashable {
    /// The folder that `pdex demo` makes and `--demo` works on.
    static let demo = SandboxFolder(path: ".pdex-demo")

    let path: String

    var configuration: String { path + "/pdex.yaml" }
    var keys: String { path + "/keys" }
    var med0: String { path + "/med0.ndjson" }
    var drops: String { path + "/drops" }
    private var settingsFile: String { path + "/sandbox.json" }

    static let clinicKey = "clinic0-demo"
    static let payerKey = "med0-demo"

    /// Whether the folder has been made.
    var exists: Bool { FileManager.default.fileExists(atPath: settingsFile) }

    /// The settings of this folder's sandbox. Throws `config.invalid` when the folder is damaged.
    func settings() throws(Fault) -> SandboxSettings {
        guard let data = FileManager.default.contents(atPath: settingsFile),
            let json = try? JSONParser.parse([UInt8](data)), let settings = SandboxSettings(json)
        else {
            throw Fault(
                .configInvalid, .stop, "\(settingsFile) is not what the sandbox wrote.",
                hint: "Remove the folder \(path) and make it again.")
        }
        return settings
    }

    /// What is said where the folder cannot be used.
    var unwritable: Fault {
        Fault(
            .configInvalid, .stop, "The folder \(path) cannot be made, or its files cannot be written.",
            hint: "Name one that the user who runs pdex may write, or run this in a folder where there may be one.")
    }

    /// Makes the folder, its keys and its `pdex.yaml`, or completes an interrupted start. Throws
    /// `config.missing`, `config.invalid`, and what keys throw.
    func make(_ settings: SandboxSettings) throws {
        let project = try ProjectFiles.find()
        do {
            try write(settings, project)
        } catch let fault as Fault {
            throw fault
        } catch {
            throw unwritable
        }
    }

    private func write(_ settings: SandboxSettings, _ project: ProjectFiles) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        // An existing folder is left as it is.
        if !FileManager.default.fileExists(atPath: drops) {
            try FileManager.default.createDirectory(
                atPath: drops, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        }
        for kid in [Self.clinicKey, Self.payerKey] where !FileManager.default.fileExists(atPath: "\(keys)/\(kid).pem") {
            try KeyGenerator.generate(kid: kid, algorithm: .es384, into: keys)
        }
        if FileManager.default.fileExists(atPath: configuration) {
            if let before = try? self.settings() { try movePorts(from: before, to: settings) }
        } else {
            let text = Self.configuration(settings, project: project, folder: path)
            try text.write(toFile: configuration, atomically: true, encoding: .utf8)
        }
        // Last: its presence says that the rest is there.
        try (settings.json.serialized(pretty: true) + "\n")
            .write(toFile: settingsFile, atomically: true, encoding: .utf8)
    }

    /// Changes the ports of the two servers in the configuration; whatever else was edited by hand stays.
    private func movePorts(from before: SandboxSettings, to now: SandboxSettings) throws {
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        let moved = text.replacing(/http:\/\/127\.0\.0\.1:([0-9]+)\//) { match -> String in
            switch Int(match.output.1) {
            case before.clinicPort: Self.origin(now.clinicPort)
            case before.payerPort: Self.origin(now.payerPort)
            default: String(match.output.0)
            }
        }
        if moved != text { try moved.write(toFile: configuration, atomically: true, encoding: .utf8) }
    }

    private static func origin(_ port: Int) -> String { "http://127.0.0.1:\(port)/" }

    /// Removes the folder, if the sandbox made it.
    func remove() throws {
        if exists { try FileManager.default.removeItem(atPath: path) }
    }

    /// The public half of one of the folder's keys, for registration.
    func registration(of kid: String) throws -> JSONValue {
        let all = try KeyFolder(path: keys).publicJWKS()
        let chosen = (all["keys"]?.elements ?? []).filter { $0["kid"]?.string == kid }
        return ["keys": .array(chosen)]
    }

    /// The public keys of the JWK Set in a file. Throws `key.unusable`.
    static func publicKeys(inFile path: String) throws(Fault) -> [JSONValue] {
        let json = FileManager.default.contents(atPath: path).flatMap { try? JSONParser.parse([UInt8]($0)) }
        let keys = json?["keys"]?.elements ?? []
        guard !keys.isEmpty, keys.allSatisfy({ $0["kid"]?.string != nil && $0["d"] == nil }) else {
            throw Fault(
                .keyUnusable, .stop, "\(path) is no JWK Set of public keys with their kid.",
                hint: "Make one with  pdex keys jwks --kid KID > FILE.")
        }
        return keys
    }

    private static func configuration(
        _ settings: SandboxSettings, project: ProjectFiles, folder: String
    ) -> String {
        """
        # Written by the sandbox. Clinic0 and Med0 are invented; nothing here concerns a real person.

        store: { sqlite: ./pdex.db }
        keys: ./keys                       # folder of private keys; the file's name is the kid
        jobs: \(project.reference(to: "jobs", from: folder))
        mappings: \(project.reference(to: "mappings", from: folder))

        clinics:
          clinic0:
            base: \(origin(settings.clinicPort))fhir/r4
            client-id: pdex-clinic0
            key: \(clinicKey)
            identifier-system: https://clinic0.example/fhir-id
            organization: { npi: "1234567893", name: Clinic0 }

        payers:
          med0:
            base: \(origin(settings.payerPort))fhir/r4
            client-id: pdex-med0
            key: \(payerKey)
            organization: { npi: "1003000126", name: Med0 Health Plan }
            coverage: { from: fhir }       # or: { file: coverage.ndjson }
            consent: { from: fhir }        # or: { file: consent.ndjson }
            drop-folder: ./drops           # for jobs with  deliver: { as: file-drop }
            match: { member-system: https://med0.example/fhir/member-id }
            submitter: { system: "https://med0.example/submitters", value: clinic0 }

        files: { url: "http://127.0.0.1:8481" }    # for jobs with  deliver: { as: bulk-submit }

        """
    }
}
