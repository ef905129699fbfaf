/// The floors of the house: what each module may import.
///
/// SwiftPM does not enforce it: an import of a sibling that happens to be built already compiles.
struct ModuleTable {
    struct Row: Sendable {
        let floor: Int
        let module: String
        let mayImport: Set<String>
        let outside: Set<String>

        init(_ floor: Int, _ module: String, _ mayImport: [String], outside: Set<String> = []) {
            self.floor = floor
            self.module = module
            self.mayImport = Set(mayImport)
            self.outside = outside
        }
    }

    /// One package, in the modules that it is made of.
    private static let hummingbird: Set<String> = [
        "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOHTTP1", "NIOPosix",
    ]

    /// Floors 8 to 10 are for tests only: no product imports them.
    static let rows: [Row] = [
        Row(
            6, "PDexCLI",
            [
                "Console", "Sandbox", "Jobs", "Pipeline", "Mappings", "Conformance", "FHIRClient", "SQLiteStore",
                "PDex", "FHIR", "DeclarativeFiles",
            ],
            outside: ["ArgumentParser", "ServiceLifecycle"]),
        Row(5, "Console", ["Jobs", "Serving", "FHIRClient", "PDex", "FHIR"]),
        Row(5, "Sandbox", ["Serving", "FHIRClient", "PDex", "FHIR"]),
        Row(4, "Jobs", ["Pipeline", "PDex", "FHIR", "DeclarativeFiles"], outside: ["ServiceLifecycle"]),
        Row(3, "Serving", ["FHIRClient", "PDex", "FHIR", "CZlib"], outside: hummingbird),
        Row(3, "Pipeline", ["Mappings", "Conformance", "PDex", "FHIR"]),
        Row(2, "Mappings", ["FHIRPath", "PDex", "FHIR", "DeclarativeFiles"]),
        Row(2, "Conformance", ["FHIRPath", "PDex", "FHIR", "DeclarativeFiles", "CZlib"]),
        Row(2, "FHIRClient", ["PDex", "FHIR", "CCurl", "COpenSSL", "CZlib"], outside: ["Dispatch"]),
        Row(2, "SQLiteStore", ["PDex", "FHIR"], outside: ["GRDB", "GRDBSQLite", "Dispatch"]),
        Row(1, "PDex", ["FHIR"]),
        Row(1, "FHIRPath", ["FHIR"]),
        Row(0, "FHIR", []),
        Row(0, "DeclarativeFiles", [], outside: ["CYaml"]),
        Row(-1, "CCurl", []),
        Row(-1, "COpenSSL", []),
        Row(-1, "CZlib", []),
        Row(8, "SampleData", []),
        Row(
            9, "PDexTesting",
            ["Pipeline", "Mappings", "Conformance", "FHIRClient", "SQLiteStore", "CZlib", "SampleData", "PDex", "FHIR"]),
        Row(
            10, "Simulation",
            [
                "PDexTesting", "Console", "Jobs", "Serving", "Pipeline", "Mappings", "FHIRClient", "SQLiteStore",
                "SampleData", "PDex", "FHIR",
            ]),
    ]

    /// System modules, named in a row where a blocking library needs threads of its own.
    static let threads = "Dispatch"
    /// Modules of the language and the system, for every module.
    static let everybody: Set<String> = ["Foundation", "FoundationEssentials", "Synchronization", "Glibc"]
    /// For every module from floor 2 up.
    static let observability: Set<String> = ["Logging", "Metrics", "CoreMetrics"]

    static func row(_ module: String) -> Row? {
        rows.first { $0.module == module }
    }
}
