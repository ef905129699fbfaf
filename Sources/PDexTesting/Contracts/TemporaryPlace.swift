import Foundation

/// A directory for one store, removed when the value goes.
public final class TemporaryPlace: Sendable {
    /// The path of the store's file.
    public let path: String
    private let directory: URL

    /// Where a directory is made.
    public enum Medium: Sendable {
        /// In the system's temporary folder.
        case disk
        /// In memory where the system allows that: for tests that do not examine power cuts.
        case memory

        private static let shared = "/dev/shm"

        fileprivate var url: URL {
            self == .memory && FileManager.default.isWritableFile(atPath: Self.shared)
                ? URL(fileURLWithPath: Self.shared) : FileManager.default.temporaryDirectory
        }
    }

    /// Makes the directory.
    public init(_ medium: Medium = .disk) throws {
        directory = medium.url.appendingPathComponent("pdex-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appendingPathComponent("pdex.db").path
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }
}
