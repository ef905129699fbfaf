import FHIR
import Glibc
public import PDex

/// The log of exports in the format that Bulk Data clients share: one JSON object per line.
///
/// It names servers, files, counts and times. It leaves out queries of URLs, tokens, filters and bodies: they may say
/// who somebody is, or let somebody in.
public final class BulkLog: Sendable {
    private let file: Int32

    /// Opens the file for appending; creates it with mode 0600 if it is missing. Throws `config.invalid`.
    public init(path: String) throws(Fault) {
        file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Self.refused(path) }
        // An existing file may be open to others.
        guard fchmod(file, 0o600) == 0 else {
            close(file)
            throw Self.refused(path)
        }
    }

    deinit { close(file) }

    /// Appends a line; a failure to write does not end an export.
    func write(_ event: String, export: String, at time: Instant, _ detail: JSONValue) {
        let entry: JSONValue = [
            "exportId": .string(export), "timestamp": .string(time.text), "eventId": .string(event),
            "eventDetail": detail,
        ]
        let line = entry.serialized() + [UInt8(ascii: "\n")]
        // One call per line: processes that share the file do not mix their lines.
        _ = line.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    }

    /// A URL without its query and fragment, in which links carry signatures and searches name people.
    static func bare(_ url: String) -> JSONValue {
        .string(String(url.prefix { $0 != "?" && $0 != "#" }))
    }

    private static func refused(_ path: String) -> Fault {
        Fault(
            .configInvalid, .stop, "The bulk log \(path) cannot be opened for writing.",
            hint: "Give bulk-log a file of our own in a folder that exists.")
    }
}
