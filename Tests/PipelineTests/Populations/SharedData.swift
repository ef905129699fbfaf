import FHIR
import Foundation

/// The sample data that may lie beside the repository, or where `PDEX_SHARED` says; read, never copied.
enum SharedData {
    static let folder: URL = {
        if let named = ProcessInfo.processInfo.environment["PDEX_SHARED"] { return URL(filePath: named + "/data") }
        return URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../../shared/data").standardizedFileURL
    }()

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// The resources of a compressed NDJSON file.
    static func resources(_ file: String) throws -> [Resource] {
        let gzip = Process()
        let output = Pipe()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", folder.appending(path: file).path]
        gzip.standardOutput = output
        try gzip.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        gzip.waitUntilExit()
        var splitter = NDJSONSplitter()
        var resources: [Resource] = []
        try data.withUnsafeBytes { try splitter.append($0) { resources.append(try Resource(parsing: [UInt8]($0))) } }
        try splitter.finish { resources.append(try Resource(parsing: [UInt8]($0))) }
        return resources
    }

    /// The Patients and Coverages in a transaction Bundle.
    static func members(inBundle file: String) throws -> [Resource] {
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: file)))
        return (try Resource(parsing: bytes)["entry"]?.elements ?? []).compactMap { $0["resource"] }
            .compactMap { try? Resource($0) }.filter { ["Patient", "Coverage"].contains($0.type) }
    }
}
