import Foundation
import PDex

/// Where the jobs and mappings that come with pdex are: in this folder, or in one above the program.
struct ProjectFiles: Sendable {
    /// The folder that holds `jobs` and `mappings`.
    let root: String

    /// Finds them in one of `places`. Throws `config.missing`.
    static func find(in places: [String] = usualPlaces) throws(Fault) -> ProjectFiles {
        for place in places where hold(place) { return ProjectFiles(root: place) }
        throw Fault(
            .configMissing, .stop,
            "jobs/nightly-payer-sync.yaml and mappings/, which come with pdex, are neither here nor in a folder above the "
                + "program.",
            hint: "Run this in a folder that holds copies of jobs/ and mappings/; see docs/how-to/install.md.")
    }

    /// Here, and every folder above the program.
    private static var usualPlaces: [String] {
        var places = [FileManager.default.currentDirectoryPath]
        var above = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        while above.contains("/"), above.count > 1 {
            above = URL(fileURLWithPath: above).deletingLastPathComponent().path
            places.append(above)
        }
        return places
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
