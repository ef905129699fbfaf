import FHIR
import Foundation
import PDexTesting

/// The folder between the service and a payer that takes files, on a disk in memory.
final class DropBox: Sendable {
    /// A drop as the payer finds it.
    struct Drop: Sendable {
        let name: String
        /// The submission that its manifest names.
        let submission: String
        /// Its content as one transaction; nil when it is incomplete.
        let bundle: [UInt8]?
    }

    private let place: TemporaryPlace
    /// The folder's path.
    let path: String

    init() throws {
        place = try TemporaryPlace(.memory)
        path = (place.path as NSString).deletingLastPathComponent + "/drops"
        try FileManager.default.createDirectory(
            atPath: path + "/taken", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// The drops that are there now, oldest first, without drafts.
    func drops() -> [Drop] {
        names().filter { !$0.hasPrefix(".") && $0 != "taken" }.map(read)
    }

    /// The drafts, including those that are being removed.
    var drafts: [String] { names().filter { $0.hasPrefix(".") } }

    /// Takes a drop out: moves it to `taken`, or removes it.
    func take(_ drop: Drop, keeping: Bool) throws {
        let files = FileManager.default
        if keeping {
            try? files.removeItem(atPath: "\(path)/taken/\(drop.name)")
            try files.moveItem(atPath: "\(path)/\(drop.name)", toPath: "\(path)/taken/\(drop.name)")
        } else {
            try files.removeItem(atPath: "\(path)/\(drop.name)")
        }
    }

    /// Dates new drafts by the simulated machine's clock, which the disk does not know.
    func date(_ drafts: some Sequence<String>, at instant: Instant) {
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        for draft in drafts {
            try? FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(path)/\(draft)")
        }
    }

    private func names() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    private func read(_ name: String) -> Drop {
        let folder = "\(path)/\(name)"
        var files: [String: [UInt8]] = [:]
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            files[file] = FileManager.default.contents(atPath: "\(folder)/\(file)").map { Array($0) }
        }
        let manifest = files["manifest.json"].flatMap { try? JSONParser.parse($0) }
        let submission = manifest?["extension"]?.elements.first?["valueString"]?.string ?? ""
        return Drop(name: name, submission: submission, bundle: FileBundle.made(of: files))
    }
}
