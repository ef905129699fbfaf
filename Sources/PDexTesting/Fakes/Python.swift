import Foundation

/// A second validator: a Python script that comes with this module, and a Python that can run it.
public struct Python: Sendable {
    /// The path of Python; nil if it lacks what the script needs, so that there is no second opinion.
    private let path: String?

    /// The script's exit status when it refuses nothing.
    public var agreement: Int32 { path == nil ? 2 : 0 }
    /// The script's exit status when it refuses something.
    public var refusal: Int32 { path == nil ? 2 : 1 }

    /// The Pythons that `PDEX_PYTHON` names, separated by colons, or `python3`: each that has the package
    /// fhir.resources, with models for R4 or R4B.
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

    /// Reports that there is none.
    public static func absent() -> Python {
        print("no Python with fhir.resources: nobody else was asked")
        return Python(path: nil)
    }

    /// A folder for files to be checked, specific to this process and to a name that the test chooses.
    public func folder(_ name: String) throws -> String {
        let path = NSTemporaryDirectory() + "pdex-second-opinion-\(ProcessInfo.processInfo.processIdentifier)-\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// The script's exit status and output for a folder: names of elements, but never a value.
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
