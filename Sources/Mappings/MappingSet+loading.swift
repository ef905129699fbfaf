public import DeclarativeFiles
public import PDex

extension MappingSet {
    /// Reads a folder of mapping files and the `concept-maps` beside it; throws every problem at once.
    ///
    /// `set.yaml` lists the mappings by name. Several for one type are tried in that order, and the first whose `when`
    /// holds is used. A mapping without a file here comes from the set that this one extends.
    public static func load(directory: String, digests: Digests) throws(FileDiagnostics) -> MappingSet {
        let folder = MappingFolder(path: directory)
        var report = FileReport()
        let mapFiles = folder.conceptMaps.names(endingWith: ".json").compactMap { name in
            folder.conceptMaps.file(named: name, &report)
        }
        let lineage = SetLineage(folder, &report)
        guard let contents = lineage.levels.first?.contents else { throw FileDiagnostics(report.diagnostics) }
        var reader = MappingReader(lineage: lineage, conceptMaps: ConceptMaps(mapFiles, &report))
        var mappings: [ResourceMapping] = []
        for name in contents.mappings {
            guard let mapping = reader.mapping(listed: name, &report) else { continue }
            if let other = mappings.first(where: { $0.name == mapping.name }) {
                report.report("\(other.path) is called '\(mapping.name)' too", path: mapping.path, position: nil)
            }
            mappings.append(mapping)
        }
        try report.throwIfAny()
        let hash = Self.hash(lineage.files + reader.files + mapFiles, digests)
        return MappingSet(
            name: contents.name, about: contents.about, target: contents.target, hash: hash, mappings: mappings)
    }

    /// Folders, names and contents, each preceded by its length, sorted; extended sets included.
    private static func hash(_ files: [MappingFolder.File], _ digests: Digests) -> String {
        var message: [UInt8] = []
        for file in files.sorted(by: { $0.place < $1.place }) {
            for part in [Array(file.place.utf8), file.bytes] {
                withUnsafeBytes(of: UInt64(part.count).bigEndian) { message += $0 }
                message += part
            }
        }
        return digests.sha256(message).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension MappingFolder.File {
    /// The file's folder and name, wherever the sets are stored.
    fileprivate var place: String { path.split(separator: "/").suffix(2).joined(separator: "/") }
}
