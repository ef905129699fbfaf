import FHIR
import FHIRClient
import FoundationEssentials
import Serving

@testable import Sandbox

/// Keys made once for all tests: `es` and `rs` are registered, `stranger` is not.
struct TestKeys {
    static let shared = Result { try TestKeys() }

    let folder: KeyFolder

    private init() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "sandbox-keys-\(UUID().uuidString)").path
        try KeyGenerator.generate(kid: "es", algorithm: .es384, into: path)
        try KeyGenerator.generate(kid: "rs", algorithm: .rs384, into: path)
        try KeyGenerator.generate(kid: "stranger", algorithm: .es384, into: path)
        folder = try KeyFolder(path: path)
        try FileManager.default.removeItem(atPath: path)
    }

    /// The public keys of `es` and `rs`.
    var registered: JSONValue {
        let keys = folder.publicJWKS()["keys"]?.elements ?? []
        return ["keys": .array(keys.filter { $0["kid"]?.string != "stranger" })]
    }
}
