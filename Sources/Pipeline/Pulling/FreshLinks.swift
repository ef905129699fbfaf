import FHIR
import PDex

/// The links of a manifest, fetched once more when they are no longer good (BLK-44).
actor FreshLinks {
    /// One of the lists of a manifest.
    typealias List = any KeyPath<ExportManifest, [ExportManifest.File]> & Sendable

    private var manifest: ExportManifest
    private let export: RunningExport
    private let statusURL: String
    private let clock: any WallClock
    private var isFresh = false

    init(_ manifest: ExportManifest, export: RunningExport, statusURL: String, clock: any WallClock) {
        self.manifest = manifest
        self.export = export
        self.statusURL = statusURL
        self.clock = clock
    }

    /// The file at a place of a list, by the latest link.
    func file(_ list: FreshLinks.List, _ place: Int) -> ExportManifest.File {
        manifest[keyPath: list][place]
    }

    /// The same file by a fresh link; nil when its time is not over, when links were fetched again already, or when
    /// the manifest is no longer that of the same files.
    func fresh(
        _ list: FreshLinks.List, _ place: Int
    ) async throws -> ExportManifest.File? {
        guard !isFresh, let expires = manifest.expires, clock.now() >= expires else { return nil }
        isFresh = true
        let fresh: ExportManifest
        do {
            fresh = try await export.poll(statusURL)
        } catch let fault as Fault where fault.disposition == .halt {
            return nil
        }
        guard fresh.isOfTheSameFiles(as: manifest) else { return nil }
        manifest = fresh
        return fresh[keyPath: list][place]
    }
}

extension ExportManifest {
    /// Whether only links differ: files of a finished export do not change.
    fileprivate func isOfTheSameFiles(as other: ExportManifest) -> Bool {
        func shape(_ files: [File]) -> [File] { files.map { File(type: $0.type, url: "", count: $0.count) } }
        return transactionTime == other.transactionTime && requiresAccessToken == other.requiresAccessToken
            && shape(output) == shape(other.output) && shape(errors) == shape(other.errors)
            && shape(deleted) == shape(other.deleted)
    }
}
