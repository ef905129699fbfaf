import DeclarativeFiles
import FHIR

/// The concept maps beside a mapping set, by file name without `.json`; those with errors are missing.
struct ConceptMaps {
    /// The files' bytes, for the set's hash.
    private(set) var files: [MappingFolder.File] = []
    private var maps: [String: ConceptMap] = [:]
    private var names: [String] = []

    init(_ files: [MappingFolder.File], _ report: inout FileReport) {
        self.files = files
        for file in files {
            names.append(file.stem)
            do throws(JSONError) {
                maps[file.stem] = Self.map(try JSONParser.parse(file.bytes), file, &report)
            } catch {
                report.report(
                    "the file is not JSON: \(error.reason.rawValue)", path: file.path,
                    position: Self.position(error.offset, in: file.bytes))
            }
        }
    }

    private static func map(
        _ json: JSONValue, _ file: MappingFolder.File, _ report: inout FileReport
    ) -> ConceptMap? {
        var reader = ConceptMapReader()
        do throws(ConceptMapProblem) {
            return try reader.read(json, name: file.stem)
        } catch {
            let offset = JSONParser.offset(of: error.place, in: file.bytes)
            report.report(
                error.message, path: file.path, position: offset.map { position($0, in: file.bytes) },
                suggestion: error.suggestion)
            return nil
        }
    }

    /// The line and column of a byte.
    private static func position(_ offset: Int, in bytes: [UInt8]) -> Position {
        let before = bytes.prefix(offset)
        let line = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).last ?? []
        return Position(
            line: 1 + before.count { $0 == UInt8(ascii: "\n") },
            column: 1 + String(decoding: line, as: UTF8.self).unicodeScalars.count)
    }

    func map(named name: String, at node: DeclarativeNode, _ report: inout FileReport) -> ConceptMap? {
        if !names.contains(name) {
            report.report(
                "there is no concept-maps/\(name).json", at: node,
                suggestion: Suggestion.closest(to: name, among: names))
        }
        return maps[name]
    }
}
