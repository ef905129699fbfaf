import Foundation
import Testing

/// A file beside the tests that the output must equal, byte for byte; rewritten with `PDEX_GOLDEN=write`.
enum GoldenFile {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    static func expect(_ text: String, in name: String) throws {
        let place = folder.appendingPathComponent(name + ".json")
        if ProcessInfo.processInfo.environment["PDEX_GOLDEN"] == "write" { try Data(text.utf8).write(to: place) }
        #expect(text == (try String(contentsOf: place, encoding: .utf8)), "\(name)")
    }
}
