import FHIR
import Foundation
import PDex

/// An NDJSON file of Coverage or Consent that the payer hands over instead of serving it.
enum RecordFile {
    /// The largest file read; larger ones belong on a FHIR server.
    private static let mostBytes = 256 << 20

    static func read(_ path: String) throws -> LineBatch {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Fault(
                .configMissing, .stop, "the file of the payer's records cannot be read",
                hint: "check coverage.file and consent.file of the payer in pdex.yaml")
        }
        guard data.count <= mostBytes else {
            throw Fault(
                .remoteTooLarge, .halt, "the file of the payer's records is larger than 256 MiB",
                hint: "serve the records over FHIR, and set from: fhir")
        }
        let bytes = [UInt8](data)
        var lines: [Range<Int>] = []
        var start = 0
        for end in 0...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: "\n") {
            let line = bytes[start..<end]
            if line.contains(where: { $0 != 0x20 && $0 != 0x0d && $0 != 0x09 }) { lines.append(start..<end) }
            start = end + 1
        }
        return LineBatch(bytes: bytes, lines: lines)
    }
}
