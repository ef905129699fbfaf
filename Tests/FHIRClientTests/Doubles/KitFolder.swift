import Foundation

/// Where the PDex test kit is: beside this repository, or where the variable `PDEX_SHARED` says. It is no part of it.
enum KitFolder {
    static let url: URL = {
        let named = ProcessInfo.processInfo.environment["PDEX_SHARED"].map { URL(filePath: $0) }
        let beside = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../../shared")
        return (named ?? beside.standardizedFileURL).appending(path: "data/pdex-kit")
    }()

    static var isPresent: Bool { FileManager.default.fileExists(atPath: url.path) }
}
