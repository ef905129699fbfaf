import FHIR
import Foundation
import PDex
import Testing

@testable import FHIRClient

/// Private keys on disk (SBS-10 to SBS-18).
@Suite("Key folder")
struct KeyFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a new key is a file of mode 0600 that is never overwritten")
    func generates() throws {
        try KeyGenerator.generate(kid: "one", algorithm: .es384, into: folder.path)
        let first = try folder.read("one.pem")

        let fault = #expect(throws: Fault.self) {
            try KeyGenerator.generate(kid: "one", algorithm: .es384, into: folder.path)
        }

        #expect(fault?.code == .keyUnusable)
        #expect(try folder.read("one.pem") == first)
        #expect(try mode(of: "one.pem") == 0o600)
    }

    @Test("signatures verify with the published keys; ES384 has 96 bytes", arguments: ["elliptic", "rsa"])
    func signs(kid: String) async throws {
        let keys = try #require(TestKeys.both)
        let message =
            Base64URL.encode([UInt8](#"{"alg":"\#(kid == "rsa" ? "RS384" : "ES384")","kid":"\#(kid)"}"#.utf8)) + ".e30"

        let signature = try await keys.sign([UInt8](message.utf8), kid: kid)

        #expect(signature.count == (kid == "rsa" ? 384 : 96))
        let verifier = JWSVerifier(jwks: keys.publicJWKS())
        #expect(try verifier.verify(message + "." + Base64URL.encode(signature)).claims == [:])
    }

    @Test("the published set has no private member")
    func publishesNoSecret() throws {
        let jwks = try #require(TestKeys.both).publicJWKS()

        let keys = try #require(jwks["keys"]?.array)
        #expect(
            keys.map { $0.object?.keys } == [
                ["kty", "use", "alg", "kid", "crv", "x", "y"], ["kty", "use", "alg", "kid", "n", "e"],
            ])
        #expect(keys[0]["x"]?.string?.utf8.count == 64)
    }

    @Test(
        "a key that others may read is refused, and so is a folder into which they may write",
        arguments: [0o640, 0o604, 0o660])
    func refusesExposure(mode: Int) throws {
        try KeyGenerator.generate(kid: "one", algorithm: .es384, into: folder.path)
        try folder.setMode(mode, of: "one.pem")

        let exposed = #expect(throws: Fault.self) { try KeyFolder(path: folder.path) }
        try folder.setMode(0o600, of: "one.pem")
        try folder.setMode(0o770, of: "")
        let writable = #expect(throws: Fault.self) { try KeyFolder(path: folder.path) }

        #expect(exposed?.code == .keyExposed)
        #expect(writable?.code == .keyExposed)
    }

    @Test(
        "a folder is refused when anybody else may write in it; that others may list it does not matter",
        arguments: [
            (0o700, true), (0o500, true), (0o750, true), (0o755, true), (0o711, true), (0o720, false), (0o770, false),
            (0o702, false), (0o777, false), (0o1777, false),
        ])
    func judgesFolders(mode: Int, isTaken: Bool) throws {
        try KeyGenerator.generate(kid: "one", algorithm: .es384, into: folder.path)
        try folder.setMode(mode, of: "")

        let read = try? KeyFolder(path: folder.path)
        let made: Void? = try? KeyGenerator.generate(kid: "two", algorithm: .es384, into: folder.path)
        try folder.setMode(0o700, of: "")

        #expect((read != nil) == isTaken)
        #expect(made == nil || isTaken)
    }

    @Test(
        "the key of our certificate is refused when anybody else may read or write it",
        arguments: [(0o600, nil), (0o400, nil), (0o640, .keyExposed), (0o604, .keyExposed), (0o666, .keyExposed)]
            as [(Int, FaultCode?)])
    func judgesCertificateKeys(mode: Int, code: FaultCode?) throws {
        try folder.write("client.key", [0x2d], mode: mode)
        let certificate = TransportOptions.ClientCertificate(
            certificatePath: folder.path + "/client.pem", keyPath: folder.path + "/client.key")

        var refusal: FaultCode?
        do throws(Fault) { try certificate.checkKey() } catch { refusal = error.code }

        #expect(refusal == code)
    }

    @Test("a folder is synced wherever it is, and a file or nothing is no folder")
    func syncsFolders() throws {
        try folder.write("one", [])

        #expect(DurableFolder.sync(folder.path))
        #expect(DurableFolder.sync(around: folder.path + "/one"))
        #expect(DurableFolder.sync(around: folder.path + "/"))
        #expect(DurableFolder.sync(around: "one"))
        #expect(!DurableFolder.sync(folder.path + "/one"))
        #expect(!DurableFolder.sync(folder.path + "/none"))
    }

    @Test("a linked key is judged by the file behind the link")
    func judgesLinks() throws {
        let elsewhere = try TemporaryFolder()
        try KeyGenerator.generate(kid: "one", algorithm: .es384, into: elsewhere.path)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/one.pem", withDestinationPath: elsewhere.path + "/one.pem")

        #expect(throws: Never.self) { try KeyFolder(path: folder.path) }
        try elsewhere.setMode(0o644, of: "one.pem")
        #expect(throws: Fault.self) { try KeyFolder(path: folder.path) }
    }

    @Test(
        "a file that holds no usable key is refused without a word of its content",
        arguments: [
            "", "canary", "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        ])
    func refusesJunk(content: String) throws {
        try folder.write("one.pem", [UInt8](content.utf8))

        let fault = #expect(throws: Fault.self) { try KeyFolder(path: folder.path) }

        #expect(fault?.code == .keyUnusable)
        #expect(fault?.description.contains("canary") == false)
    }

    @Test("an empty or missing folder has no key")
    func needsKeys() throws {
        #expect(throws: Fault.self) { try KeyFolder(path: folder.path) }
        #expect(throws: Fault.self) { try KeyFolder(path: folder.path + "/none") }
    }

    @Test("a private JWK signs under its file's name, and a tampered one is refused")
    func readsJWK() async throws {
        let jwk = """
            {"kty": "EC", "crv": "P-384", "kid": "two", "x": "\(Self.x)", "y": "\(Self.y)", "d": "\(Self.d)"}
            """
        try folder.write("two.jwk", [UInt8](jwk.utf8))
        let keys = try KeyFolder(path: folder.path)

        #expect(try await keys.keys() == [SigningKey(kid: "two", algorithm: .es384)])
        #expect(!String(decoding: keys.publicJWKS().serialized(), as: UTF8.self).contains(Self.d))

        try folder.write("two.jwk", [UInt8](jwk.replacing(Self.d, with: Self.x).utf8))
        #expect(throws: Fault.self) { try KeyFolder(path: folder.path) }
        try folder.write("two.jwk", [UInt8](jwk.replacing("two", with: "three").utf8))
        #expect(throws: Fault.self) { try KeyFolder(path: folder.path) }
    }

    @Test(
        "PKCS#1, SEC 1 and PKCS#8 files are read; weak keys and other curves are not",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")),
        arguments: [
            ("genrsa -traditional 2048", SigningAlgorithm?.some(.rs384)), ("genrsa 2048", .rs384),
            ("ecparam -name secp384r1 -genkey -noout", .es384), ("genrsa 1024", nil),
            ("ecparam -name prime256v1 -genkey -noout", nil), ("genpkey -algorithm ed25519", nil),
        ])
    func readsPEM(command: String, algorithm: SigningAlgorithm?) async throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = command.split(separator: " ").map(String.init)
        let output = Pipe()
        openssl.standardOutput = output
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        let pem = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        try folder.write("one.pem", pem)

        let found = try? await KeyFolder(path: folder.path).keys().first?.algorithm

        #expect(found == algorithm)
    }

    @Test(
        "a name that is no file name is refused",
        arguments: ["", "../one", "a/b", ".hidden", "a b", "é", String(repeating: "k", count: 65)])
    func refusesNames(kid: String) {
        #expect(throws: Fault.self) { try KeyGenerator.generate(kid: kid, algorithm: .es384, into: folder.path) }
    }

    private func mode(of name: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)
        return attributes[.posixPermissions] as? Int
    }

    private static let x = "-lLBAJNbehnmg5Q6nXy5FyERYQJooJl_TcbQkqMVdCKaVrWRwDy4mNE-QnpeiMv4"
    private static let y = "QRSNXgCJXG8iNJSK6iF592C3yoZRWFmtUd6hHZtJkD95iZTO5SfMchOj1QXNlKTH"
    private static let d = "spiqzdaje4LxinLDYwaL8dCJ6XfZpgGal8AsLEJEg_CTTTeUZHSeJnnpoVXU7qvy"
}
