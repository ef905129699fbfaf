import FHIR
import PDex

/// One bundle as the files of a drop (WR-22 f): NDJSON by type, deletions, a manifest, and the digests of all files.
///
/// The same bundle for the same submission makes the same bytes under the same name, so that a second attempt finds the
/// drop of the first.
struct DropContent: Sendable, Hashable {
    /// One file.
    struct File: Sendable, Hashable {
        let name: String
        let bytes: [UInt8]
    }

    static let manifest = "manifest.json"
    static let deleted = "deleted.ndjson"
    static let sums = "SHA256SUMS"

    /// The name of the drop's folder: the time of the bundle, the submission, and a digest of the content. Names sort
    /// by the time at which the content was true, and those of one exchange by its parts, of which there are fewer than
    /// 10,000.
    private(set) var name: String
    /// The same with the part as in the submission's id: the former name of a drop, and the present one of a submission
    /// of files.
    let plainName: String
    /// All files in it; the last holds the digests of all others.
    let files: [File]
    /// The content of its manifest.
    let index: DropManifest
    /// `Type/id` of each entry of the bundle, in its order, and whether it is deleted.
    let entries: [(location: String, isDeleted: Bool)]

    /// The digests of all files, one line each, as `sha256sum` writes and checks them.
    var digests: [UInt8] { files.last?.bytes ?? [] }

    /// Makes the files of a bundle that is sent under `requestID`; nil when an entry is anything but a plain PUT or
    /// DELETE by id.
    init?(_ bundle: [UInt8], requestID: String) {
        guard let json = try? JSONParser.parse(bundle), let read = try? FHIRBundle(json),
            let time = json["timestamp"]?.string.flatMap({ Instant($0) })
        else { return nil }
        let submission = Submission.id(ofRequest: requestID)
        var lines: [String: (count: Int, bytes: [UInt8])] = [:]
        var deletions: [JSONValue] = []
        var entries: [(location: String, isDeleted: Bool)] = []
        for entry in read.entries {
            guard let request = entry.request, request.ifMatch == nil, request.ifNoneExist == nil,
                case .local(let type, let id, nil) = Reference(parsing: request.url)
            else { return nil }
            switch (request.method, entry.resource) {
            case ("PUT", let resource?):
                guard resource.type == type, resource.id == id else { return nil }
                lines[type, default: (0, [])].count += 1
                resource.json.write(line: &lines[type, default: (0, [])].bytes)
            case ("DELETE", nil):
                deletions.append(["request": ["method": "DELETE", "url": .string(request.url)]])
            default: return nil
            }
            entries.append((request.url, request.method == "DELETE"))
        }
        var files = lines.sorted { $0.key < $1.key }.map { File(name: $0.key + ".ndjson", bytes: $0.value.bytes) }
        let outputs = zip(files, lines.sorted { $0.key < $1.key }).map { file, lines in
            DropManifest.Output(type: lines.key, file: file, count: lines.value.count)
        }
        var deleted: DropManifest.Output?
        if !deletions.isEmpty {
            var bytes: [UInt8] = []
            JSONObject(members: [
                .init(key: "resourceType", value: "Bundle"), .init(key: "type", value: "transaction"),
                .init(key: "entry", value: .array(deletions)),
            ]).write(line: &bytes)
            let file = File(name: Self.deleted, bytes: bytes)
            files.append(file)
            deleted = DropManifest.Output(type: "Bundle", file: file, count: 1)
        }
        index = DropManifest(time: time, submission: submission, outputs: outputs, deleted: deleted)
        files.append(File(name: Self.manifest, bytes: index.bytes()))
        files.append(File(name: Self.sums, bytes: files.flatMap(Self.sum)))
        self.files = files
        self.entries = entries
        let digest = Self.hex(SHA256.hash(bundle)).prefix(16)
        plainName = "\(Self.stamp(time))-\(submission)-\(digest)"
        name = "\(Self.stamp(time))-\(Self.sorting(submission))-\(digest)"
    }

    /// The same content under its former name.
    var underPlainName: DropContent {
        var former = self
        former.name = plainName
        return former
    }

    /// A submission's id with its part in four digits, so that part 10 does not sort before part 2.
    private static func sorting(_ submission: String) -> String {
        guard let dash = submission.lastIndex(of: "-") else { return submission }
        let part = submission[submission.index(after: dash)...]
        return submission[...dash] + String(repeating: "0", count: max(0, 4 - part.utf8.count)) + part
    }

    static func == (left: DropContent, right: DropContent) -> Bool {
        left.name == right.name && left.files == right.files
    }

    func hash(into hasher: inout Hasher) { hasher.combine(name) }

    private static func sum(of file: File) -> [UInt8] {
        Array("\(hex(SHA256.hash(file.bytes)))  \(file.name)\n".utf8)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Such as `20260601T021500123Z`.
    private static func stamp(_ time: Instant) -> String {
        Instant(milliseconds: time.milliseconds).text.filter { $0.isNumber || $0 == "T" } + "Z"
    }
}

extension JSONObject {
    /// A line of NDJSON: JSON never holds a bare line feed.
    fileprivate func write(line bytes: inout [UInt8]) {
        bytes += JSONValue.object(self).serialized()
        bytes.append(UInt8(ascii: "\n"))
    }
}
