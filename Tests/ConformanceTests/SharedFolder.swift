import Foundation

/// The folder `shared` beside the repository, with test data that is never copied into it.
enum SharedFolder {
    /// Its path, or nil when it is not there; tests that need it then have nothing to prove.
    static let path: String? = {
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        let repository = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let shared = repository.deletingLastPathComponent().appendingPathComponent("shared").path
        return FileManager.default.fileExists(atPath: shared) ? shared : nil
    }()
}
