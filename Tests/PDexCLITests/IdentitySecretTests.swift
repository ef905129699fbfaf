import Foundation
import PDex
import Testing

@testable import PDexCLI

@Suite("The identity secret")
struct IdentitySecretTests {
    @Test("it is made once, for its owner alone, and read ever after")
    func made() throws {
        try inFolder { folder in
            let path = folder + "/identity.secret"

            let first = try IdentitySecret.load(path: path, storeExists: false)
            let second = try IdentitySecret.load(path: path, storeExists: true)

            #expect(first.count == 32)
            #expect(first == second)
            #expect(Set(first).count > 8)
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["identity.secret"])
        }
    }

    @Test("whoever makes it is told once, with the place and what to do")
    func announced() throws {
        try inFolder { folder in
            let path = folder + "/identity.secret"
            let heard = Heard()

            _ = try IdentitySecret.load(path: path, storeExists: false, announce: heard.hear)
            let first = heard.text
            _ = try IdentitySecret.load(path: path, storeExists: true, announce: heard.hear)

            #expect(heard.text.hasPrefix("made the identity secret \(path), "))
            #expect(heard.text.contains("keep a copy of it, apart from the store's backups"))
            #expect(heard.text == first)
        }
    }

    @Test("it is not made anew for a store that was made with another")
    func lost() throws {
        try inFolder { folder in
            let fault = try #require(throws: Fault.self) {
                try IdentitySecret.load(path: folder + "/identity.secret", storeExists: true)
            }

            #expect(fault.code == .keyMissing)
            #expect(fault.hint?.contains("docs/how-to/key-loss.md") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test(
        "one that others can read, or that is cut short, is refused",
        arguments: [(32, 0o644, FaultCode.keyExposed), (31, 0o600, .keyUnusable)])
    func refused(size: Int, mode: Int, code: FaultCode) throws {
        try inFolder { folder in
            let path = folder + "/identity.secret"
            #expect(
                FileManager.default.createFile(
                    atPath: path, contents: Data(repeating: 1, count: size), attributes: [.posixPermissions: mode]))

            let fault = try #require(throws: Fault.self) { try IdentitySecret.load(path: path, storeExists: false) }

            #expect(fault.code == code)
        }
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder =
            FileManager.default.temporaryDirectory.path
            + "/pdex-secret-\(ProcessName.current.pid)-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }
}
