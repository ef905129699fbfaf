import FHIR
import Foundation
import PDex

/// NDJSON of Coverage or Consent that the payer hands over instead of serving it; read in parts.
struct RecordFile {
    let path: String

    private static let chunkBytes = 256 << 10
    private static let batchBytes = 2 << 20

    /// The NDJSON files of the folder `path`, by name. Throws `config.missing` when it cannot be read or has none.
    static func folder(_ path: String) throws -> [RecordFile] {
        let names = names(in: path)
        guard !names.isEmpty else {
            throw Fault(
                .configMissing, .stop,
                "the folder of the payer's records cannot be read, or has no file *.ndjson: \(path)",
                hint: "check coverage.folder and consent.folder of the payer in pdex.yaml")
        }
        return names.map { RecordFile(path: "\(path)/\($0)") }
    }

    /// The names of the NDJSON files in the folder `path`, sorted; none when it cannot be read.
    static func names(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
            .filter { $0.hasSuffix(".ndjson") && !$0.hasPrefix(".") }.sorted()
    }

    /// Passes on the lines of the file. Throws `config.missing` when it cannot be read.
    func read(_ deliver: (LineBatch) async throws -> Void) async throws {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw unreadable }
        defer { try? handle.close() }
        var splitter = NDJSONSplitter()
        var held = LineBuffer()
        do {
            while let chunk = try handle.read(upToCount: Self.chunkBytes), !chunk.isEmpty {
                try chunk.withUnsafeBytes { bytes in try splitter.append(bytes) { held.append(line: $0) } }
                if held.bytes.count >= Self.batchBytes { try await deliver(held.take()) }
            }
            try splitter.finish { held.append(line: $0) }
        } catch is NDJSONError {
            throw Fault(
                .remoteTooLarge, .halt, "the file of the payer's records has a line of more than 16 MiB",
                hint: "no record is that large: check that the file is NDJSON, one resource a line")
        } catch is CocoaError {
            throw unreadable
        }
        try await deliver(held.take())
    }

    private var unreadable: Fault {
        Fault(
            .configMissing, .stop, "the file of the payer's records cannot be read: \(path)",
            hint: "check coverage.file and consent.file of the payer in pdex.yaml")
    }
}
