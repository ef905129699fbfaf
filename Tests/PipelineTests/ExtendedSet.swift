import Foundation

/// A mapping set on disk that extends US Core 6.1.0 by some lines; its folder is removed after the test.
final class ExtendedSet {
    let directory: String
    private let root: String

    /// `lines` are added to the mappings of those files, without `.yaml`.
    init(_ lines: [String: String]) throws {
        let original = URL(fileURLWithPath: usCoreMappings)
        root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        directory = root + "/own"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for name in [original.lastPathComponent, "concept-maps"] {
            let place = original.deletingLastPathComponent().appendingPathComponent(name).path
            try FileManager.default.createSymbolicLink(atPath: "\(root)/\(name)", withDestinationPath: place)
        }
        let set = try String(contentsOfFile: usCoreMappings + "/set.yaml", encoding: .utf8)
        let mappings = set.split(separator: "\n").filter { $0.hasPrefix("mappings:") || $0.hasPrefix("  - ") }
        try write(
            "set: own\nabout: A test.\nfhir: 4.0.1\ntarget: hl7.fhir.us.core#6.1.0\nextends: us-core-6.1.0\n"
                + mappings.joined(separator: "\n") + "\n", to: "set")
        for (name, text) in lines {
            let parent = try String(contentsOfFile: "\(usCoreMappings)/\(name).yaml", encoding: .utf8)
            let mapping = parent.split(separator: "\n").first { $0.hasPrefix("mapping:") } ?? ""
            try write("\(mapping)\nextends: \(name)\nabout: A test.\n\(text)\n", to: name)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    private func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(directory)/\(name).yaml", atomically: true, encoding: .utf8)
    }
}
