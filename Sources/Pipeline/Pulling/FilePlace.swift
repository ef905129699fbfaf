import PDex

/// A file's place in the manifest of an export, which identifies it even if its link differs at every look.
struct FilePlace: Sendable {
    /// One of the lists of a manifest.
    enum List: String, Sendable {
        case output, deleted, errors
    }

    let list: List
    let index: Int

    /// The places of a list, in order.
    static func all(_ list: List, of manifest: ExportManifest) -> [FilePlace] {
        manifest.files(list).indices.map { FilePlace(list: list, index: $0) }
    }
}

extension ExportManifest {
    /// The files of a list.
    func files(_ list: FilePlace.List) -> [File] {
        switch list {
        case .output: output
        case .deleted: deleted
        case .errors: errors
        }
    }

    /// The file at a place.
    subscript(_ place: FilePlace) -> File { files(place.list)[place.index] }

    /// Whether the two differ only in their links: files of a finished export do not change (BLK-15).
    func isOfTheSameFiles(as other: ExportManifest) -> Bool {
        func shape(_ files: [File]) -> [File] { files.map { File(type: $0.type, url: "", count: $0.count) } }
        return transactionTime == other.transactionTime && requiresAccessToken == other.requiresAccessToken
            && shape(output) == shape(other.output) && shape(errors) == shape(other.errors)
            && shape(deleted) == shape(other.deleted)
    }
}
