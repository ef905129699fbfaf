import FHIR
import FHIRClient
import Foundation

/// The folder in which drops of files are left for the payer (WR-22 f): lists them, reads them, and puts them away.
///
/// A drop is not trusted: every file must be listed with its digest, and the manifest must account for every line.
struct DropIntake: Sendable {
    let path: String

    /// The drops that are there, the one that was true earliest first.
    var waiting: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { !$0.hasPrefix(".") && !["taken", "refused"].contains($0) }.sorted()
    }

    /// The writes that a drop asks for. Throws 400 when it is incomplete, or differs from its manifest.
    func writes(of drop: String) throws(Refusal) -> [WriteRequest] {
        let files = try files(of: drop)
        guard let manifest = files["manifest.json"] else { throw Refusal(400, "structure", "It has no manifest.") }
        return try SubmittedData(manifest, files.filter { $0.key != "manifest.json" }).writes()
    }

    /// Moves a drop to those that were taken or refused.
    func move(_ drop: String, to place: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: "\(path)/\(place)", withIntermediateDirectories: true)
        let target = "\(path)/\(place)/\(drop)"
        // The drop came a second time.
        if files.fileExists(atPath: target) { try files.removeItem(atPath: target) }
        try files.moveItem(atPath: "\(path)/\(drop)", toPath: target)
    }

    /// The files of a drop except the digests, each checked against its digest.
    private func files(of drop: String) throws(Refusal) -> [String: [UInt8]] {
        let folder = "\(path)/\(drop)"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder),
            let sums = FileManager.default.contents(atPath: folder + "/SHA256SUMS")
        else { throw Self.flaw("It has no digests.") }
        var files: [String: [UInt8]] = [:]
        for line in String(decoding: sums, as: UTF8.self).split(separator: "\n") {
            let name = String(line.dropFirst(66))
            guard !name.contains("/"), let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
                throw Self.flaw("A file is missing.")
            }
            let digest = SHA256.hash([UInt8](data)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            guard line.hasPrefix(digest + "  ") else { throw Self.flaw("A file is not as it was written.") }
            files[name] = [UInt8](data)
        }
        guard Set(names) == Set(files.keys).union(["SHA256SUMS"]) else { throw Self.flaw("A file is not listed.") }
        return files
    }

    private static func flaw(_ words: String) -> Refusal { Refusal(400, "structure", words) }
}
