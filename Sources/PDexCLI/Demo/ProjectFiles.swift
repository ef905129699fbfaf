import Foundation
import PDex

/// Where the jobs and mappings that come with pdex are: in this folder, or in one above the program.
struct ProjectFiles: Sendable {
    /// The folder that holds `jobs` and `mappings`.
    let root: String

    /// Finds them. Throws `config.missing`.
    static func find() throws(Fault) -> ProjectFiles {
        let here = FileManager.default.currentDirectoryPath
        var places = [here]
        var above = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        while above.contains("/"), above.count > 1 {
            above = URL(fileURLWithPath: above).deletingLastPathComponent().path
            places.append(above)
        }
        for place in places where hold(place) { return ProjectFiles(root: place) }
        throw Fault(
            .configMissing, .stop, "The jobs and mappings that come with pdex are not found.",
            hint: "Run this in the folder that holds jobs/ and mappings/.")
    }

    /// How a file in `folder` refers to `jobs` or `mappings`: relative if the folder is right beside them.
    func reference(to name: String, from folder: String) -> String {
        let parent = URL(fileURLWithPath: folder).deletingLastPathComponent().path
        return parent == root ? "../\(name)" : "\"\(root)/\(name)\""
    }

    private static func hold(_ place: String) -> Bool {
        ["jobs/nightly-payer-sync.yaml", "mappings"].allSatisfy {
            FileManager.default.fileExists(atPath: "\(place)/\($0)")
        }
    }
}
