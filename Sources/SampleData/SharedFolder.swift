import Foundation

/// The folder `shared` of data that others made: beside the repository, or where the variable `PDEX_SHARED` says.
///
/// It is read and never copied, and most machines do not have it: tests that need a part of it are skipped where that
/// part is missing, and fail where it is there but cannot be used.
public enum SharedFolder {
    /// The folder that holds `Package.swift`.
    public static let repository: String = {
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        return here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    }()

    /// Where the folder is, or would be.
    private static let root: String = {
        if let named = ProcessInfo.processInfo.environment["PDEX_SHARED"] {
            return URL(fileURLWithPath: named).absoluteURL.path
        }
        return URL(fileURLWithPath: repository).deletingLastPathComponent().appendingPathComponent("shared").path
    }()

    /// Where a part of it is, such as `data/clinic-10`.
    public static func path(of part: String) -> String { root + "/" + part }

    /// Whether a part is there.
    public static func has(_ part: String) -> Bool { FileManager.default.fileExists(atPath: path(of: part)) }

    /// The archive of a guide, such as `hl7.fhir.us.core-6.1.0`.
    public static func package(_ name: String) -> String { path(of: "packages/\(name).tgz") }

    /// Whether the archives of all these guides are there.
    public static func hasPackages(_ names: [String]) -> Bool { names.allSatisfy { has("packages/\($0).tgz") } }

    /// The files anywhere below a part with names that end so, relative to it and sorted; none if the part is missing.
    public static func files(below part: String, ending: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: path(of: part))?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(ending) }.sorted()
    }

    /// The bytes of a file. Throws when it cannot be read.
    public static func bytes(of part: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(of: part))))
    }

    /// The content of a gzip file. Throws when it cannot be read or is truncated.
    public static func unpacked(_ part: String) throws -> [UInt8] {
        let gzip = Process()
        let output = Pipe()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", path(of: part)]
        gzip.standardOutput = output
        try gzip.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        gzip.waitUntilExit()
        guard gzip.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
        return [UInt8](data)
    }
}
