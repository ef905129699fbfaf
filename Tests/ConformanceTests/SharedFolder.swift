import Foundation

/// The folder `shared` beside the repository, or the one that `PDEX_SHARED` names, with test data that is never copied
/// into it.
enum SharedFolder {
    /// Its path, or nil when it is not there; tests that need it then have nothing to prove.
    static let path: String? = {
        let named = ProcessInfo.processInfo.environment["PDEX_SHARED"]
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        let repository = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let shared = named ?? repository.deletingLastPathComponent().appendingPathComponent("shared").path
        return FileManager.default.fileExists(atPath: shared) ? shared : nil
    }()
}
