import PDex

/// Which files of an export a run has staged completely.
///
/// A file is identified by its place in the manifest, its type and its count, because links may be signed anew at every
/// look (BLK-44). The path of its link only shows whether files have changed places; then its mark does not count.
struct FileMarks {
    private let progress: [String: String]
    private let statusURL: String
    private let paths: [FilePlace.List: Set<String>]
    private let manifest: ExportManifest

    /// The marks of a run that works on the export at `statusURL`, whose manifest is `manifest` now.
    init(_ progress: [String: String], _ manifest: ExportManifest, at statusURL: String) {
        self.progress = progress
        self.statusURL = statusURL
        self.manifest = manifest
        var paths: [FilePlace.List: Set<String>] = [:]
        for list in [FilePlace.List.output, .deleted] {
            paths[list] = Set(manifest.files(list).map(Self.path))
        }
        self.paths = paths
    }

    /// Whether the file at a place is already complete.
    func isWhole(_ place: FilePlace) -> Bool {
        let mark = mark(place)
        guard let path = progress[mark.unit] else { return false }
        return path == mark.cursor || paths[place.list]?.contains(path) != true
    }

    /// The mark that says that the file at a place is complete; it is specific to one export.
    func mark(_ place: FilePlace) -> (unit: String, cursor: String) {
        let file = manifest[place]
        let count = file.count.map(String.init) ?? "-"
        let unit = "file:\(statusURL) \(place.list.rawValue) \(place.index) \(file.type ?? "-") \(count)"
        return (unit, Self.path(file))
    }

    /// A link without its query, which holds the signature.
    private static func path(_ file: ExportManifest.File) -> String {
        String(file.url.prefix { $0 != "?" })
    }
}
