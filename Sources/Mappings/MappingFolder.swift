import DeclarativeFiles
import FoundationEssentials

/// The files of a mapping set on disk.
struct MappingFolder {
    /// One file with its bytes.
    struct File {
        let path: String
        let name: String
        let bytes: [UInt8]

        /// The name up to its first full stop.
        var stem: String { String(name.prefix { $0 != "." }) }
    }

    /// The directory as it was given.
    let path: String

    /// The directory of the concept maps, shared by all sets beside it.
    var conceptMaps: MappingFolder { beside("concept-maps") }

    /// The directory's own name.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The names of the sets beside this one.
    var siblings: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: beside("").path)) ?? []
        return all.filter { beside($0).has("set.yaml") }.sorted()
    }

    /// Another directory in the directory that holds this one.
    func beside(_ name: String) -> MappingFolder {
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        let parent = trimmed.lastIndex(of: "/").map { trimmed[..<$0] }
        let place = (parent.map { $0.isEmpty ? "/" : $0 + "/" } ?? "") + name
        return MappingFolder(path: place.isEmpty ? "." : place)
    }

    /// Whether the directory has a file with that name, and the name does not lead elsewhere.
    func has(_ name: String) -> Bool {
        !name.contains("/") && FileManager.default.fileExists(atPath: path + "/" + name)
    }

    /// The names of the files with this ending, sorted.
    func names(endingWith suffix: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return all.filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }.sorted()
    }

    /// Reads a file of at most 1 MiB.
    func file(named name: String, _ report: inout FileReport) -> File? {
        let place = path + "/" + name
        guard let data = FileManager.default.contents(atPath: place), data.count <= DeclarativeFile.maximumBytes else {
            report.report("the file cannot be read, or is larger than 1 MiB", path: place, position: nil)
            return nil
        }
        return File(path: place, name: name, bytes: [UInt8](data))
    }

    /// Reads a file as YAML, from the bytes that also go into the hash.
    func yaml(_ file: File, _ report: inout FileReport) -> DeclarativeFile? {
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            report.report("the file is not UTF-8 text", path: file.path, position: nil)
            return nil
        }
        do {
            return try DeclarativeFile.parse(text, path: file.path)
        } catch {
            report.report(error)
            return nil
        }
    }
}
