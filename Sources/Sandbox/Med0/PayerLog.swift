import FHIR
import Glibc
import Synchronization

/// The payer's memory on disk: an NDJSON file to which each commit appends one line.
///
/// One line per commit makes a commit all or nothing, even if the process is killed while writing: a torn last line is
/// cut off when the file is opened again.
final class PayerLog: Sendable {
    private let descriptor: Int32

    /// The content of one line.
    struct Entry: Sendable {
        var changes: [PayerChange] = []
        /// The member whose first transaction was refused.
        var refused: String?
    }

    /// Opens the file, creating it if missing, and hands over every whole line in it.
    ///
    /// Throws ``SandboxError`` when the file cannot be opened or holds something else.
    init(path: String, replay: (Entry) -> Void) throws(SandboxError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw .unusableFile(path) }
        let bytes = Self.contents(of: descriptor)
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            guard let entry = Self.entry(in: Array(bytes[start..<end])) else {
                close(descriptor)
                throw .unusableFile(path)
            }
            replay(entry)
            start = end + 1
        }
        // Anything after the last newline was being written when the process ended.
        if start < bytes.count { ftruncate(descriptor, off_t(start)) }
    }

    deinit { close(descriptor) }

    /// Appends one commit as one line.
    func append(_ entry: Entry) {
        var line = Array(#"{"changes":["#.utf8)
        for (index, change) in entry.changes.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            change.write(into: &line)
        }
        line += "]".utf8
        if let refused = entry.refused { line += #","refused":"\#(refused)""#.utf8 }
        line += "}\n".utf8
        var written = 0
        while written < line.count {
            let count = line[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            written += max(0, count)
        }
    }

    private static func entry(in line: [UInt8]) -> Entry? {
        guard let json = try? JSONParser.parse(line, limits: JSONLimits(depth: 70, bytes: 256 << 20)),
            let changes = json["changes"]?.array
        else { return nil }
        var entry = Entry(refused: json["refused"]?.string)
        for change in changes {
            if change["resourceType"]?.string == "Tombstone" {
                guard let type = change["type"]?.string, let id = change["id"]?.string,
                    let instant = change["at"]?.string.flatMap({ Instant($0) })
                else { return nil }
                entry.changes.append(.delete(type: type, id: id, at: instant))
            } else {
                guard let resource = try? StoredResource(change.serialized(), loaded: Instant(seconds: 0)) else {
                    return nil
                }
                entry.changes.append(.put(resource))
            }
        }
        return entry
    }

    private static func contents(of descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(count)
        }
    }
}
