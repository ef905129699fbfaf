import Foundation

/// The script beside the tests, and a Python that can run it.
struct Python {
    /// Where Python is; nil when it lacks what the script needs, which then answers neither yes nor no.
    let path: String?

    /// What the script ends with when it refuses nothing, and when it refuses something.
    var agreement: Int32 { path == nil ? 2 : 0 }
    var refusal: Int32 { path == nil ? 2 : 1 }

    static let installed: Python? = {
        let name = ProcessInfo.processInfo.environment["PDEX_PYTHON"] ?? "python3"
        let status = try? launch([name, "-c", "import fhir.resources.R4B"])
        return status == 0 ? Python(path: name) : nil
    }()

    /// Says that there is none.
    static func absent() -> Python {
        print("no Python with fhir.resources: nobody else was asked about the examples")
        return Python(path: nil)
    }

    func folder() throws -> String {
        let path = NSTemporaryDirectory() + "pdex-second-opinion-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// What the script ends with on a folder.
    func run(_ folder: String) throws -> Int32 {
        guard let path else { return 2 }
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try Self.launch([path, tests.path + "/Scripts/validate_with_fhir_resources.py", folder])
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
