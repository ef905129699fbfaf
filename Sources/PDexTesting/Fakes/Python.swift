import Foundation

/// A second validator: the script beside the doubles, and a Python that can run it.
public struct Python: Sendable {
    /// Where Python is; nil when it lacks what the script needs, which then answers neither yes nor no.
    private let path: String?

    /// What the script ends with when it refuses nothing.
    public var agreement: Int32 { path == nil ? 2 : 0 }
    /// What it ends with when it refuses something.
    public var refusal: Int32 { path == nil ? 2 : 1 }

    /// The Python that `PDEX_PYTHON` names, or `python3`, when it has the package fhir.resources.
    public static let installed: Python? = {
        let name = ProcessInfo.processInfo.environment["PDEX_PYTHON"] ?? "python3"
        let status = try? launch([name, "-c", "import fhir.resources.R4B"])
        return status == 0 ? Python(path: name) : nil
    }()

    /// Says that there is none.
    public static func absent() -> Python {
        print("no Python with fhir.resources: nobody else was asked")
        return Python(path: nil)
    }

    /// A folder of this process for what is to be looked at, by a name of the test's.
    public func folder(_ name: String) throws -> String {
        let path = NSTemporaryDirectory() + "pdex-second-opinion-\(ProcessInfo.processInfo.processIdentifier)-\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// What the script ends with on a folder.
    public func run(_ folder: String) throws -> Int32 {
        guard let path else { return 2 }
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try Self.launch([path, sources.path + "/Scripts/validate_with_fhir_resources.py", folder])
    }

    private static func launch(_ words: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
