import FHIR
import Foundation

/// The sample data that may lie beside the repository, in `../shared/data`; read, never copied.
enum SharedData {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../../shared/data").standardizedFileURL

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// The files whose name ends so, in order of their names; none when there is no data.
    static func files(_ ending: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(ending) }.sorted()
    }

    static func bytes(_ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: file)))
    }

    /// The lines of a compressed NDJSON file.
    static func lines(_ file: String) throws -> [[UInt8]] {
        let gzip = Process()
        let output = Pipe()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", folder.appending(path: file).path]
        gzip.standardOutput = output
        try gzip.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        gzip.waitUntilExit()
        var splitter = NDJSONSplitter()
        var lines: [[UInt8]] = []
        try data.withUnsafeBytes { try splitter.append($0) { lines.append([UInt8]($0)) } }
        try splitter.finish { lines.append([UInt8]($0)) }
        return lines
    }
}
