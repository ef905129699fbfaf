import FHIR
import Foundation

extension IGPackage {
    /// The largest archive, unpacked: FHIR's own has 45 MB.
    static let maxUnpacked = 512 << 20
    /// The largest archive as a file.
    static let maxPacked = 96 << 20
    /// The largest total of what is kept.
    static let maxKept = 192 << 20
    static let maxEntries = 40_000
    static let maxFile = 32 << 20

    /// Reads an archive, or a folder that holds an unpacked `package`.
    ///
    /// Throws ``PackageError``. The archive is hostile until it is read: its unpacked size, the number of its entries
    /// and their sizes are capped, and no name in it becomes a path.
    public init(path: String, examples: Bool = false) throws(PackageError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .missing(path) }
        if isFolder.boolValue {
            try self.init(folder: path, examples: examples)
        } else {
            guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
                let data = size <= Self.maxPacked ? FileManager.default.contents(atPath: path) : Data()
            else { throw .unreadable(path) }
            guard size <= Self.maxPacked else { throw .tooLarge(path, limit: "96 MB") }
            try self.init(archive: [UInt8](data), named: path, examples: examples)
        }
    }

    /// Reads an archive from its bytes; `named` is its name in errors.
    public init(archive: [UInt8], named path: String, examples: Bool = false) throws(PackageError) {
        var draft = PackageDraft()
        var tar = TarReader(maxEntries: Self.maxEntries, maxFile: Self.maxFile) {
            PackageDraft.wants($0, examples: examples)
        }
        do {
            try GzipUnpacking.unpack(archive, limit: Self.maxUnpacked) { piece in
                try tar.append(piece) { try draft.take($0, $1) }
            }
        } catch {
            switch error {
            case GzipUnpacking.Failure.tooLarge: throw .tooLarge(path, limit: "512 MB unpacked")
            case TarReader.Failure.tooLarge: throw .tooLarge(path, limit: "40,000 files, 32 MB in one or 192 MB in all")
            case TarReader.Failure.malformed: throw .notTar(path)
            default: throw .notGzip(path)
            }
        }
        guard tar.isWhole else { throw .notTar(path) }
        try self.init(draft, named: path)
    }

    private init(folder: String, examples: Bool) throws(PackageError) {
        let inner = folder + "/package"
        let root = FileManager.default.fileExists(atPath: inner) ? inner : folder
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: root) else { throw .unreadable(folder) }
        guard files.count <= Self.maxEntries else { throw .tooLarge(folder, limit: "40,000 files") }
        var draft = PackageDraft()
        for file in files.sorted() where PackageDraft.wants("package/\(file)", examples: false) {
            guard let data = FileManager.default.contents(atPath: "\(root)/\(file)") else { throw .unreadable(folder) }
            do { try draft.take("package/\(file)", [UInt8](data)) } catch {
                throw .tooLarge(folder, limit: "192 MB in all")
            }
        }
        try self.init(draft, named: folder)
    }

    private init(_ draft: PackageDraft, named path: String) throws(PackageError) {
        guard let manifest = draft.manifest, let name = manifest["name"]?.string,
            let version = manifest["version"]?.string
        else { throw .noManifest(path) }
        let pairs = manifest["dependencies"]?.object?.members.compactMap { member in
            member.value.string.map { (member.key, $0) }
        }
        self.init(
            name: name, version: version, dependencies: Dictionary(pairs ?? []) { first, _ in first }, draft: draft)
    }
}
