import SampleData

/// Where the project's own mapping files lie, and real resources to map.
enum Repository {
    static let mappings = folder(of: "us-core-6.1.0")

    /// Every set that comes with the project.
    static let sets = ["hrex", "pdex", "pdex-2.2.0", "us-core-3.1.1", "us-core-6.1.0", "us-core-7.0.0"]

    /// The folder of all sets.
    static let root = SharedFolder.repository + "/mappings"

    static func folder(of set: String) -> String { root + "/" + set }

    /// A page of the documentation.
    static func page(_ path: String) -> String { SharedFolder.repository + "/docs/" + path }

    /// Bundles of real resources, never copied into the repository; none when the folder is not there.
    static let bundles = SharedFolder.files(below: "data/us-core-patients", ending: ".json")
        .filter { $0.contains("bundle") }.map { SharedFolder.path(of: "data/us-core-patients/" + $0) }

    static var hasBundles: Bool { !bundles.isEmpty }
}
