import FHIRClient

/// Keys made once for all tests: one of each algorithm.
enum TestKeys {
    /// Holds `elliptic` (ES384) and `rsa` (RS384).
    static let both: KeyFolder? = {
        guard let folder = try? TemporaryFolder() else { return nil }
        try? KeyGenerator.generate(kid: "elliptic", algorithm: .es384, into: folder.path)
        try? KeyGenerator.generate(kid: "rsa", algorithm: .rs384, into: folder.path)
        return try? KeyFolder(path: folder.path)
    }()
}
