// swift-tools-version: 6.2
import PackageDescription

// Imports only go down. Modules on one floor never import each other.
//
//   6  PDexCLI            commands, configuration, Assembly
//   5  Console            the HTTP API
//      Sandbox            Clinic0 and Med0 with their authorization servers
//   4  Jobs               job files, schedule, worker, Operations
//   3  Pipeline           the seven steps
//      Serving            an HTTP server for Console and Sandbox
//   2  Mappings           FHIRClient         SQLiteStore        Conformance
//   1  PDex               FHIRPath
//   0  FHIR               DeclarativeFiles
//      CCurl  COpenSSL  CZlib  (shims over system libraries)
//   T  SampleData         data beside the repository, numbers by a seed
//      PDexTesting        contract suites, fakes, named members
//      Simulation         a week of a town in virtual time, by a seed

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    // Small functions of the lower floors are inlined into the upper ones: a tenth less CPU for a night.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

let package = Package(
    name: "pdex",
    products: [
        .executable(name: "pdex", targets: ["PDexCLI"]),
        .executable(name: "pdex-bench", targets: ["pdex-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "FHIR", swiftSettings: house),
        .target(name: "DeclarativeFiles", dependencies: ["Yams"], swiftSettings: house),
        .target(name: "FHIRPath", dependencies: ["FHIR"], swiftSettings: house),
        .target(name: "PDex", dependencies: ["FHIR"], swiftSettings: house),
        .target(
            name: "Mappings", dependencies: ["FHIR", "FHIRPath", "PDex", "DeclarativeFiles"], swiftSettings: house),
        .target(
            name: "Conformance", dependencies: ["FHIR", "FHIRPath", "PDex", "DeclarativeFiles", "CZlib"],
            swiftSettings: house),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "CZlib", linkerSettings: [.linkedLibrary("z")]),
        .target(
            name: "FHIRClient",
            dependencies: [
                "FHIR", "PDex", "CCurl", "COpenSSL", "CZlib", .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: house),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "FHIR", "PDex", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            resources: [.embedInCode("Schema")],
            swiftSettings: house),
        .target(
            name: "Pipeline",
            dependencies: [
                "FHIR", "PDex", "Mappings", "Conformance", .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: house),
        .target(
            name: "Jobs",
            dependencies: [
                "FHIR", "PDex", "Pipeline", "DeclarativeFiles", .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house),
        .target(
            name: "Serving",
            dependencies: [
                "FHIR", "PDex", "FHIRClient", "CZlib",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .target(
            name: "Sandbox", dependencies: ["FHIR", "PDex", "FHIRClient", "Serving"], swiftSettings: house),
        .target(
            name: "Console",
            dependencies: [
                "FHIR", "PDex", "FHIRClient", "Jobs", "Serving", .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "PDexCLI",
            dependencies: [
                "FHIR", "PDex", "DeclarativeFiles", "Mappings", "Conformance", "FHIRClient", "SQLiteStore", "Pipeline",
                "Jobs", "Console", "Sandbox",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "pdex-bench",
            dependencies: [
                "FHIR", "FHIRPath", "PDex", "Mappings", "Conformance", "FHIRClient", "SQLiteStore", "Pipeline",
                "PDexTesting",
            ],
            path: "Benchmarks", swiftSettings: house),
        .target(name: "SampleData", swiftSettings: house),
        .target(
            name: "PDexTesting",
            dependencies: [
                "FHIR", "PDex", "Mappings", "Conformance", "FHIRClient", "SQLiteStore", "Pipeline", "CZlib",
                "SampleData",
            ],
            exclude: ["Scripts"],
            swiftSettings: house),
        .target(
            name: "Simulation",
            dependencies: [
                "FHIR", "PDex", "Mappings", "FHIRClient", "SQLiteStore", "Pipeline", "Serving", "Jobs", "Console",
                "PDexTesting", "SampleData", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "pdex-simulate", dependencies: ["Simulation"], path: "Campaigns/Simulate", swiftSettings: house),
        .executableTarget(
            name: "pdex-workers", dependencies: ["FHIR", "PDex", "FHIRClient", "SQLiteStore", "SampleData"],
            path: "Campaigns/Workers", swiftSettings: house),
        .executableTarget(
            name: "pdex-spike", dependencies: ["FHIR", "PDex", "FHIRClient", "SQLiteStore"], path: "Campaigns/Spike",
            swiftSettings: house),
        .testTarget(name: "FHIRTests", dependencies: ["FHIR", "SampleData"], swiftSettings: house),
        .testTarget(
            name: "DeclarativeFilesTests", dependencies: ["DeclarativeFiles", "SampleData"], swiftSettings: house),
        .testTarget(name: "FHIRPathTests", dependencies: ["FHIRPath", "FHIR", "SampleData"], swiftSettings: house),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "Conformance", "FHIR", "FHIRPath", "DeclarativeFiles", "PDex", "PDexTesting", "SampleData",
            ],
            swiftSettings: house),
        .testTarget(
            name: "MappingsTests",
            dependencies: ["Mappings", "FHIR", "FHIRPath", "PDex", "PDexTesting", "SampleData", "DeclarativeFiles"],
            swiftSettings: house),
        .testTarget(
            name: "FHIRClientTests",
            dependencies: [
                "FHIRClient", "PDex", "FHIR", "CCurl", "PDexTesting", "SampleData",
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "StoreContractTests", dependencies: ["PDex", "PDexTesting", "SampleData", "SQLiteStore"],
            swiftSettings: house),
        .testTarget(
            name: "SQLiteStoreTests",
            dependencies: [
                "FHIR", "PDex", "SQLiteStore", "PDexTesting", "SampleData",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "FHIR", "PDex", "DeclarativeFiles", "Mappings", "Conformance", "FHIRClient", "SQLiteStore", "Pipeline",
                "PDexTesting", "SampleData", .product(name: "MetricsTestKit", package: "swift-metrics"),
            ],
            exclude: [
                "Golden/one-visit.json", "Golden/pruned.json", "Golden/question.json", "Golden/question-of-many.json",
                "Golden/worked-example.json",
            ],
            swiftSettings: house),
        .testTarget(
            name: "JobsTests",
            dependencies: [
                "FHIR", "PDex", "Pipeline", "Jobs", "DeclarativeFiles", "Conformance", "PDexTesting", "SampleData",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "SandboxTests",
            dependencies: ["Sandbox", "Serving", "FHIRClient", "PDex", "FHIR", "PDexTesting", "SampleData"],
            swiftSettings: house),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", "Serving", "Jobs", "PDexTesting", "FHIRClient", "PDex", "FHIR",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "PDexCLITests",
            dependencies: [
                "PDexCLI", "PDexTesting", "FHIR", "FHIRClient", "PDex", "Mappings", "Pipeline", "Jobs", "Console",
                "DeclarativeFiles",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "FHIR", "PDex", "Pipeline", "Jobs", "Sandbox", "SQLiteStore", "PDexCLI", "PDexTesting", "SampleData",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "HostileTests",
            dependencies: [
                "FHIR", "PDex", "FHIRClient", "Pipeline", "Jobs", "PDexCLI", "PDexTesting", "SampleData", "SQLiteStore",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation"], swiftSettings: house),
        .testTarget(name: "ArchitectureTests", dependencies: ["PDex", "SampleData"], swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)

// Only `make fuzz` knows of it: libFuzzer comes with the toolchain, its place is handed in.
if let libFuzzer = Context.environment["PDEX_LIBFUZZER"] {
    package.targets += [
        .target(name: "CLibFuzzer", path: "Fuzzing/CLibFuzzer"),
        .executableTarget(
            name: "pdex-fuzz",
            dependencies: [
                "FHIR", "FHIRPath", "PDex", "FHIRClient", "Pipeline", "Jobs", "DeclarativeFiles",
                "Conformance", "CCurl", "CLibFuzzer",
            ],
            path: "Fuzzing", exclude: ["CLibFuzzer"], swiftSettings: house,
            linkerSettings: [.unsafeFlags([libFuzzer]), .linkedLibrary("stdc++")]),
    ]
}
