import PDex

/// Which files of an export a run has whole.
///
/// A file is known by its place in the manifest, its type and its count, because links may be signed afresh at every
/// look (BLK-44). What was the path of its link only tells whether files have changed places: then nothing is known.
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

    /// Whether the file at a place is whole already.
    func isWhole(_ place: FilePlace) -> Bool {
        let mark = mark(place)
        guard let path = progress[mark.unit] else { return false }
        return path == mark.cursor || paths[place.list]?.contains(path) != true
    }

    /// How it is noted that the file at a place is whole. A place belongs to one export.
    func mark(_ place: FilePlace) -> (unit: String, cursor: String) {
        let file = manifest[place]
        let count = file.count.map(String.init) ?? "-"
        let unit = "file:\(statusURL) \(place.list.rawValue) \(place.index) \(file.type ?? "-") \(count)"
        return (unit, Self.path(file))
    }

    /// A link without its query, where signatures are.
    private static func path(_ file: ExportManifest.File) -> String {
        String(file.url.prefix { $0 != "?" })
    }
}
