import Foundation

/// A directory of its own for one store; gone with the value.
public final class TemporaryPlace: Sendable {
    /// Where the store's file goes.
    public let path: String
    private let directory: URL

    /// Where a directory is made.
    public enum Medium: Sendable {
        /// Where temporary files go.
        case disk
        /// In memory where the system has such a place: for tests that do not ask what a power cut leaves.
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
