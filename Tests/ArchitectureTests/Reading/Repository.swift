import Foundation

/// The files of this repository, found from the place of this file.
enum Repository {
    /// The folder that holds `Package.swift`.
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift and C file of the product.
    static let sources = files(under: "Sources", endings: ["swift", "c", "h"]).map {
        SourceFile(path: $0, text: text($0))
    }

    /// Every Swift file of the tests.
    static let tests = files(under: "Tests", endings: ["swift"]).map { SourceFile(path: $0, text: text($0)) }

    /// Every Markdown page: the front pages and everything in `docs`.
    static let pages =
        (["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "RELIABILITY.md"]
        + files(under: "docs", endings: ["md"]))
        .map { Page(path: $0, text: text($0)) }

    /// The text of a file; empty when there is none.
    static func text(_ path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    /// Whether there is a file or folder at that path.
    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path())
    }

    /// Paths relative to the root, sorted.
    static func files(under folder: String, endings: Set<String>) -> [String] {
        let found = (try? FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path())) ?? []
        return found.filter { endings.contains(String($0.split(separator: ".").last ?? "")) }
            .map { folder + "/" + $0 }.sorted()
    }
}
