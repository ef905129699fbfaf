import FHIR
import PDex

/// The links of a manifest, fetched once more whenever they are no longer good (BLK-44).
actor FreshLinks {
    private var manifest: ExportManifest
    private let export: RunningExport
    private let statusURL: String
    private let clock: any WallClock
    private var renewals = 0
    private var canRenew = true

    /// So often are the links of one export fetched again, at most.
    private static let mostRenewals = 1000

    init(_ manifest: ExportManifest, export: RunningExport, statusURL: String, clock: any WallClock) {
        self.manifest = manifest
        self.export = export
        self.statusURL = statusURL
        self.clock = clock
    }

    /// The file at a place, by a link whose time is not over, if such a one is to be had.
    func file(_ place: FilePlace) async throws -> ExportManifest.File {
        if let expires = manifest.expires, clock.now() >= expires { try await renew() }
        return manifest[place]
    }

    /// The same file by another link than one that was refused; nil when there is none, or its time was not over.
    func other(than refused: ExportManifest.File, _ place: FilePlace) async throws -> ExportManifest.File? {
        if let expires = manifest.expires, clock.now() < expires { return nil }
        try await renew()
        let file = manifest[place]
        return file.url == refused.url ? nil : file
    }

    /// Asks for the manifest again; not any more once that brought nothing new.
    private func renew() async throws {
        guard canRenew, renewals < Self.mostRenewals else { return }
        renewals += 1
        let fresh: ExportManifest
        do {
            fresh = try await export.poll(statusURL)
        } catch let fault as Fault where fault.disposition == .halt {
            canRenew = false
            return
        }
        let hasTime = fresh.expires.map { $0 > clock.now() }
        canRenew = fresh.isOfTheSameFiles(as: manifest) && (hasTime ?? (fresh.output != manifest.output))
        if fresh.isOfTheSameFiles(as: manifest) { manifest = fresh }
    }
}
