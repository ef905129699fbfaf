import FHIRClient
import Foundation

/// A key that is made once for all tests.
enum TestKeys {
    static var folder: KeyFolder? { made.folder }
    /// The lines of the private key's file.
    static var material: [String] { made.material }

    private static let made: (folder: KeyFolder?, material: [String]) = {
        let path = NSTemporaryDirectory() + "/pdex-hostile-keys-\(ProcessInfo.processInfo.processIdentifier)"
        try? FileManager.default.removeItem(atPath: path)
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: path) }
        try? KeyGenerator.generate(kid: "clinic0", algorithm: .es384, into: path)
        let text = (try? String(contentsOfFile: path + "/clinic0.pem", encoding: .utf8)) ?? ""
        return (try? KeyFolder(path: path), text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("-") })
    }()
}
