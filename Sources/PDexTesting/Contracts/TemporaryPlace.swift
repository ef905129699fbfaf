import Foundation

/// A directory of its own for one store; gone with the value.
public final class TemporaryPlace {
    /// Where the store's file goes.
    public let path: String
    private let directory: URL

    /// Makes the directory.
    public init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("pdex-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appendingPathComponent("pdex.db").path
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }
}
