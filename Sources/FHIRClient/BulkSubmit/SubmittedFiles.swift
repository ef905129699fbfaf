import FHIR
import PDex

/// A bundle as the files that a payer fetches after `$bulk-submit` (SUB-06): as in a drop, with links to us.
///
/// They are made again for each request: the same bundle for the same submission makes the same bytes.
public struct SubmittedFiles: Sendable {
    /// The id under which the payer knows the submission. It is derived: another attempt has the same id, and another
    /// round appends its number.
    public let id: String
    /// Where the manifest is.
    public let manifestURL: String
    /// `Type/id` of each entry of the bundle, in its order, and whether it is deleted.
    let entries: [(location: String, isDeleted: Bool)]
    private let files: [String: [UInt8]]

    /// The files of a bundle, served below `base`; nil when an entry says more than files can say.
    ///
    /// A submission is final (SUB-03). When the payer could not fetch it, the same is submitted as the next `round`.
    public init?(_ bundle: [UInt8], submission: String, at base: String, round: Int = 1) {
        guard let content = DropContent(bundle, requestID: submission + "-0") else { return nil }
        id = round == 1 ? content.plainName : "\(content.plainName).\(round)"
        let folder = "\(base)/submissions/\(id)/"
        manifestURL = folder + DropContent.manifest
        entries = content.entries
        var files = Dictionary(uniqueKeysWithValues: content.files.map { ($0.name, $0.bytes) })
        files[DropContent.sums] = nil
        files[DropContent.manifest] = content.index.bytes(linking: folder)
        self.files = files
    }

    /// The files of a bundle under a requested id; nil when the id does not mean this bundle.
    public init?(_ bundle: [UInt8], id: String, at base: String) {
        guard let submission = Self.submission(ofID: id) else { return nil }
        let round = id.split(separator: ".").dropFirst().first.flatMap { Int($0) } ?? 1
        self.init(bundle, submission: submission, at: base, round: round)
        guard self.id == id else { return nil }
    }

    /// A file by its name; nil when there is none.
    public func file(_ name: String) -> [UInt8]? { files[name] }

    /// Our submission that an id means; nil for an id that cannot be one.
    public static func submission(ofID id: String) -> String? {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, parts.allSatisfy({ !$0.isEmpty }), id.utf8.count <= 128 else { return nil }
        return "\(parts[1])-\(parts[2])"
    }
}
