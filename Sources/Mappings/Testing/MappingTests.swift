public import DeclarativeFiles
public import FHIR

/// Runs the `.test.yaml` files beside the mapping files.
public struct MappingTests: Sendable {
    /// The result of one case.
    public struct Result: Sendable, Hashable {
        /// The test file.
        public let file: String
        /// The line where the case starts.
        public let line: Int
        /// What the case is called.
        public let name: String
        /// The first thing that is not as the case says; nil when everything is.
        public let problem: String?

        /// Whether everything is as the case says.
        public var passed: Bool { problem == nil }
    }

    /// The context in which all cases are mapped.
    public static let context = MappingContext(
        clinicBase: "https://clinic.example/fhir", clinicIdentifierSystem: "https://clinic.example/ids",
        clinicNPI: "1234567893", clinicOrganization: "Example Clinic", payerName: "Example Health",
        payerNumberSystems: ["https://payer.example/member-id"])

    /// Runs every case beside the mappings in `directory`, in the order of the set.
    ///
    /// A mapping without a test file, or with an empty one, is also a failed result. Inherited mappings have their
    /// tests beside their own files. References lead to the resources beside a case.
    public static func run(
        _ set: MappingSet, directory: String, in context: MappingContext = context
    ) throws(FileDiagnostics) -> [Result] {
        try read(set, directory: directory).flatMap { suite in
            suite.cases.isEmpty
                ? [Result(file: suite.file, line: 1, name: "there are tests", problem: "the mapping has no tests")]
                : suite.cases.map { $0.run(set, file: suite.file, context) }
        }
    }

    /// Each case's resource and its outcome, by the name of the case.
    public static func outcomes(
        of set: MappingSet, directory: String
    ) throws(FileDiagnostics) -> [(name: String, given: Resource, outcome: MappingOutcome)] {
        try read(set, directory: directory).flatMap(\.cases).map { ($0.name, $0.given, set.map($0.given, in: context)) }
    }

    /// Breaks every line of every mapping file, one at a time, and returns the breaks that no case notices.
    public static func survivors(
        of set: MappingSet, directory: String, in context: MappingContext = context
    ) throws(FileDiagnostics) -> [MappingMutant] {
        let suites = try read(set, directory: directory)
        return suites.flatMap { suite in
            MappingMutant.all(of: suite.mapping).filter { mutant in
                let broken = set.changed(mutant.change)
                let witnesses = suites.filter { $0.mapping.sourceType == suite.mapping.sourceType }
                return witnesses.allSatisfy { $0.cases.allSatisfy { $0.run(broken, file: suite.file, context).passed } }
            }
        }
    }

    /// A mapping's cases; none when it has no test file.
    private struct Suite {
        let mapping: ResourceMapping
        let file: String
        let cases: [MappingTestCase]
    }

    private static func read(_ set: MappingSet, directory: String) throws(FileDiagnostics) -> [Suite] {
        let folder = MappingFolder(path: directory)
        let files = Set(folder.names(endingWith: ".test.yaml"))
        var report = FileReport()
        let own = set.mappings.filter { !$0.isInherited }
        let suites = own.map { mapping in
            let name = mapping.testFile
            let file = files.contains(name) ? folder.file(named: name, &report) : nil
            let yaml = file.flatMap { folder.yaml($0, &report) }
            let cases = yaml.map { MappingTestCase.read($0, mapping: mapping.name, &report) }
            return Suite(mapping: mapping, file: directory + "/" + name, cases: cases ?? [])
        }
        for name in files.subtracting(own.map(\.testFile)).sorted() {
            report.report("there is no mapping for this test file", path: directory + "/" + name, position: nil)
        }
        try report.throwIfAny()
        return suites
    }
}

extension ResourceMapping {
    /// The name of the file beside the mapping's own that tests it.
    fileprivate var testFile: String { fileName + ".test.yaml" }
}
