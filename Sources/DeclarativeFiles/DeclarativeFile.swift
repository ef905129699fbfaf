import Foundation

/// A strict YAML file: `pdex.yaml`, a job or a mapping.
///
/// Only what reads the same everywhere is accepted: one document, no anchors, aliases, merge keys or tags. A file
/// is therefore as large as it looks, at most 1 MiB and at most 64 levels deep.
public struct DeclarativeFile: Sendable {
    /// The file, as it was named when it was read; diagnostics repeat it.
    public let path: String
    /// The file's text.
    public let text: String
    /// The value at the top of the file.
    public let root: DeclarativeNode

    /// The maximum size of a file, in bytes.
    public static let maximumBytes = 1 << 20
    /// The maximum number of levels to which lists and mappings may be nested.
    public static let maximumDepth = 64

    /// Reads the file at `path`.
    public static func read(path: String) throws(FileDiagnostics) -> DeclarativeFile {
        let bytes: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            bytes = try file.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            let exists = FileManager.default.fileExists(atPath: path)
            throw refusal(path, exists ? "the file cannot be read; check its permissions" : "there is no such file")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw refusal(path, "the file is not UTF-8 text")
        }
        return try parse(text, path: path)
    }

    /// Reads `text` as if it were in a file called `path`.
    public static func parse(_ text: String, path: String) throws(FileDiagnostics) -> DeclarativeFile {
        guard text.utf8.count <= maximumBytes else { throw refusal(path, "the file is larger than 1 MiB") }
        var reader = YAMLReader(path: path)
        return DeclarativeFile(path: path, text: text, root: try reader.read(text))
    }

    private static func refusal(_ path: String, _ message: String) -> FileDiagnostics {
        FileDiagnostics([FileDiagnostic(path: path, position: nil, message: message)])
    }
}
