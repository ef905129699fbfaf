import DeclarativeFiles
import Foundation
import Mappings
import PDexTesting

/// Mapping sets beside each other, in a folder that is removed after the test.
final class SetFamily {
    private let root: String

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    /// Writes the mapping files, and a `set.yaml` that lists them or what is named.
    func write(
        _ name: String, mappings: [String: String], listed: [String]? = nil, target: String, extends: String? = nil
    ) throws {
        let folder = root + "/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let list = (listed ?? mappings.keys.sorted()).joined(separator: ", ")
        let parent = extends.map { "extends: \($0)\n" } ?? ""
        let set = "set: \(name)\nabout: A test.\nfhir: 4.0.1\ntarget: \(target)\n\(parent)mappings: [\(list)]\n"
        try set.write(toFile: folder + "/set.yaml", atomically: true, encoding: .utf8)
        for (file, text) in mappings {
            try text.write(toFile: folder + "/\(file).yaml", atomically: true, encoding: .utf8)
        }
    }

    func load(_ name: String) throws(FileDiagnostics) -> MappingSet {
        try MappingSet.load(directory: root + "/" + name, digests: .standIn)
    }

    /// What is wrong with a set, without the folder's name.
    func problems(of name: String) -> [String] {
        do {
            _ = try load(name)
            return []
        } catch {
            return error.all.map { $0.description.replacingOccurrences(of: root + "/", with: "") }
        }
    }

    /// A mapping of observations that have a status.
    static func thing(_ version: String) -> String {
        """
        mapping: thing
        from: Observation
        to: http://example.org/thing|\(version)
        about: A test.
        when: status.exists()
        keep: [status]

        """
    }
}
