import Glibc
public import PDex

/// Makes signing keys: RSA of 3072 bits for RS384, P-384 for ES384.
public enum KeyGenerator {
    /// Writes a new private key to `folder/kid.pem`, mode 0600; creates the folder with mode 0700 if it is missing.
    ///
    /// Throws `key.unusable` rather than overwriting a key.
    public static func generate(
        kid: String, algorithm: SigningAlgorithm, into folder: String
    ) throws(Fault) {
        try KeyFolder.check(kid: kid)
        // One level only: a mistyped path should not be created.
        if mkdir(folder, 0o700) == 0 { _ = DurableFolder.sync(around: folder) }
        try PrivateFile.checkFolder(folder)
        guard let pem = OpenSSLKey(generating: algorithm)?.privatePEM() else {
            throw Fault(
                .keyUnusable, .stop, "OpenSSL could not make a key.",
                hint: "Check the OpenSSL configuration of this machine.")
        }
        try PrivateFile.create("\(folder)/\(kid).pem", pem)
    }
}
