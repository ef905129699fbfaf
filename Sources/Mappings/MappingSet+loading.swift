public import DeclarativeFiles
public import PDex

extension MappingSet {
    /// Reads a folder of mapping files and the `concept-maps` beside it; throws every problem at once.
    ///
    /// `set.yaml` lists the mappings by name. Several for one type are asked in that order, and the first
    /// whose `when` holds does the work.
    public static func load(directory: String, digests: Digests) throws(FileDiagnostics) -> MappingSet {
        let folder = MappingFolder(path: directory)
        var report = FileReport()
        var files: [MappingFolder.File] = []
        let mapFiles = folder.conceptMaps.names(endingWith: ".json").compactMap { name in
            folder.conceptMaps.file(named: name, &report)
        }
        let maps = ConceptMaps(mapFiles, &report)
        guard let setFile = folder.file(named: "set.yaml", &report),
            let contents = SetFile(folder.yaml(setFile, &report), &report)
        else { throw FileDiagnostics(report.diagnostics) }
        contents.checkListing(of: folder, &report)
        files.append(setFile)
        var mappings: [ResourceMapping] = []
        for name in contents.mappings {
            guard let file = folder.file(named: name + ".yaml", &report) else { continue }
            files.append(file)
            guard let yaml = folder.yaml(file, &report) else { continue }
            var reader = MappingFile(yaml, conceptMaps: maps)
            guard let mapping = reader.read(&report) else { continue }
            if let other = mappings.first(where: { $0.name == mapping.name }) {
                report.report("\(other.path) is called '\(mapping.name)' too", path: file.path, position: nil)
            }
            mappings.append(mapping)
        }
        try report.throwIfAny()
        let hash = Self.hash(files + mapFiles, digests)
        return MappingSet(
            name: contents.name, about: contents.about, target: contents.target, hash: hash, mappings: mappings)
    }

    /// Names and contents with their lengths before them, sorted by name.
    private static func hash(_ files: [MappingFolder.File], _ digests: Digests) -> String {
        var message: [UInt8] = []
        for file in files.sorted(by: { $0.name < $1.name }) {
            for part in [Array(file.name.utf8), file.bytes] {
                withUnsafeBytes(of: UInt64(part.count).bigEndian) { message += $0 }
                message += part
            }
        }
        return digests.sha256(message).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
