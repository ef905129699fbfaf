public import DeclarativeFiles
import FHIR

/// Runs the `.test.yaml` files that lie beside the mapping files.
public struct MappingTests: Sendable {
    /// What came of one case.
    public struct Result: Sendable, Hashable {
        /// The test file.
        public let file: String
        /// The line where the case starts.
        public let line: Int
        /// What the case is called.
        public let name: String
        /// The first thing that is not as the case says; nil when all is.
        public let problem: String?

        /// Whether all is as the case says.
        public var passed: Bool { problem == nil }
    }

    /// The context in which all cases are mapped.
    public static let context = MappingContext(
        clinicBase: "https://clinic.example/fhir", clinicIdentifierSystem: "https://clinic.example/ids",
        payerName: "Example Health")

    /// Runs every case beside the mappings in `directory`, in the order of the set.
    ///
    /// A mapping without a test file, or with an empty one, is a failed result too.
    public static func run(_ set: MappingSet, directory: String) throws(FileDiagnostics) -> [Result] {
        let folder = MappingFolder(path: directory)
        let files = Set(folder.names(endingWith: ".test.yaml"))
        var report = FileReport()
        var results: [Result] = []
        for mapping in set.mappings {
            let name = mapping.testFile
            guard files.contains(name), let file = folder.file(named: name, &report) else {
                results.append(missing(name, in: directory))
                continue
            }
            let cases = folder.yaml(file, &report).map { MappingTestCase.read($0, mapping: mapping.name, &report) }
            if cases?.isEmpty ?? false { results.append(missing(name, in: directory)) }
            results += (cases ?? []).map { $0.run(set, file: file.path) }
        }
        let known = Set(set.mappings.map(\.testFile))
        for name in files.subtracting(known).sorted() {
            report.report("there is no mapping for this test file", path: directory + "/" + name, position: nil)
        }
        try report.throwIfAny()
        return results
    }

    private static func missing(_ name: String, in directory: String) -> Result {
        Result(file: directory + "/" + name, line: 1, name: "there are tests", problem: "the mapping has no tests")
    }
}

extension ResourceMapping {
    /// The name of the file beside the mapping's own that tests it.
    fileprivate var testFile: String {
        (path.split(separator: "/").last.map(String.init) ?? path).replacing(".yaml", with: ".test.yaml")
    }
}
