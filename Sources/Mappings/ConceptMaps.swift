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
            do throws(ConceptMapProblem) {
                maps[file.stem] = try ConceptMap(name: file.stem, Self.parse(file))
            } catch {
                report.report(error.message, path: file.path, position: nil)
            }
        }
    }

    private static func parse(_ file: MappingFolder.File) throws(ConceptMapProblem) -> JSONValue {
        do {
            return try JSONParser.parse(file.bytes)
        } catch {
            throw ConceptMapProblem("the file is not JSON: \(error.reason) at byte \(error.offset)")
        }
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
