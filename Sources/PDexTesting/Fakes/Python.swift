import Foundation

/// A second validator: the script beside the doubles, and a Python that can run it.
public struct Python: Sendable {
    /// Where Python is; nil when it lacks what the script needs, which then answers neither yes nor no.
    private let path: String?

    /// What the script ends with when it refuses nothing.
    public var agreement: Int32 { path == nil ? 2 : 0 }
    /// What it ends with when it refuses something.
    public var refusal: Int32 { path == nil ? 2 : 1 }

    /// Those that `PDEX_PYTHON` names, with colons between them, or `python3`: each that has the package
    /// fhir.resources, with models of R4 or of R4B.
    public static let installed: [Python] = {
        let names = ProcessInfo.processInfo.environment["PDEX_PYTHON"] ?? "python3"
        return names.split(separator: ":").map(String.init).filter { name in
            (try? launch([name, script]).status) == 0
        }.map { Python(path: $0) }
    }()

    private static let script: String = {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return sources.path + "/Scripts/validate_with_fhir_resources.py"
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

    /// What the script ends with on a folder, and what it says: names of elements, and never a value.
    public func run(_ folder: String) throws -> (status: Int32, words: String) {
        guard let path else { return (2, "") }
        return try Self.launch([path, Self.script, folder])
    }

    private static func launch(_ words: [String]) throws -> (status: Int32, words: String) {
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: said.suffix(4000), as: UTF8.self))
    }
}
