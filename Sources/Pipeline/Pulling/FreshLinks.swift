import FHIR
import PDex

/// The links of a manifest, fetched again when they have expired (BLK-44).
actor FreshLinks {
    private var manifest: ExportManifest
    private let export: RunningExport
    private let statusURL: String
    private let clock: any WallClock
    private var renewals = 0
    private var canRenew = true

    /// Most renewals of one export's links.
    private static let mostRenewals = 1000

    init(_ manifest: ExportManifest, export: RunningExport, statusURL: String, clock: any WallClock) {
        self.manifest = manifest
        self.export = export
        self.statusURL = statusURL
        self.clock = clock
    }

    /// The file at a place, with a link that has not expired, if one can be had.
    func file(_ place: FilePlace) async throws -> ExportManifest.File {
        if let expires = manifest.expires, clock.now() >= expires { try await renew() }
        return manifest[place]
    }

    /// The same file with a link other than a refused one; nil when there is none, or the refused one had not expired.
    func other(than refused: ExportManifest.File, _ place: FilePlace) async throws -> ExportManifest.File? {
        if let expires = manifest.expires, clock.now() < expires { return nil }
        try await renew()
        let file = manifest[place]
        return file.url == refused.url ? nil : file
    }

    /// Asks for the manifest again, unless doing so has already brought nothing new.
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
