import DeclarativeFiles
import Foundation
import Mappings
import PDexTesting

/// A mapping set of one mapping in a folder that is removed after the test.
final class SetOnDisk {
    let directory: String
    private let root: String

    /// Writes `set.yaml`, `thing.yaml` and concept maps.
    init(_ mapping: String, conceptMaps: [String: String] = [:], listed: String = "[thing]") throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        directory = root + "/set"
        for folder in [directory, root + "/concept-maps"] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try write(
            "set: test\nabout: A test.\nfhir: 4.0.1\ntarget: none\nmappings: \(listed)\n", to: directory + "/set.yaml")
        try write(mapping, to: directory + "/thing.yaml")
        for (name, text) in conceptMaps { try write(text, to: root + "/concept-maps/\(name).json") }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    func load() throws(FileDiagnostics) -> MappingSet {
        try MappingSet.load(directory: directory, digests: .standIn)
    }

    /// What is wrong with the set, without the folder's name.
    var problems: [String] {
        do {
            _ = try load()
            return []
        } catch {
            return error.all.map { $0.description.replacingOccurrences(of: directory + "/", with: "") }
        }
    }

    /// A mapping of observations: `when` on line 5, `keep` on the next, then the rest.
    static func observation(when: String? = nil, keep: String = "[status]", _ rest: String = "") -> String {
        """
        mapping: thing
        from: Observation
        to: http://hl7.org/fhir/StructureDefinition/Observation|4.0.1
        about: A test.

        """ + (when.map { "when: \($0)\n" } ?? "") + "keep: \(keep)\n" + rest
    }
}
