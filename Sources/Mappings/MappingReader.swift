import DeclarativeFiles

/// Reads the mapping files of a set and of those it extends, each once.
struct MappingReader {
    let lineage: SetLineage
    let conceptMaps: ConceptMaps
    /// Every file read so far, for the set's hash.
    private(set) var files: [MappingFolder.File] = []
    /// The mappings read so far, by path; nil for a file with too many errors to be a mapping.
    private var finished: [String: ResourceMapping?] = [:]
    private var open: [String] = []

    init(lineage: SetLineage, conceptMaps: ConceptMaps) {
        self.lineage = lineage
        self.conceptMaps = conceptMaps
    }

    /// A mapping that `set.yaml` lists, with the profile in the version that the set targets.
    mutating func mapping(listed name: String, _ report: inout FileReport) -> ResourceMapping? {
        let level = lineage.level(of: name, from: 0) ?? 0
        guard var mapping = read(name, at: level, &report) else { return nil }
        mapping.profile = lineage.profile(mapping.profile, of: level, in: 0)
        mapping.isInherited = level > 0
        return mapping
    }

    /// The mapping that the file of `child` extends: from a file beside it, or from a set that its set extends.
    mutating func parent(
        _ name: String, of child: String, at level: Int, node: DeclarativeNode, _ report: inout FileReport
    ) -> ResourceMapping? {
        guard let found = lineage.level(of: name, from: name == child ? level + 1 : level) else {
            report.report(
                "there is no mapping file '\(name.prefix(64))' to extend", at: node,
                suggestion: Suggestion.closest(to: name, among: lineage.levels[level].contents.mappings))
            return nil
        }
        let path = lineage.levels[found].folder.path + "/" + name + ".yaml"
        guard !open.contains(path) else {
            report.report("a mapping cannot extend itself, not by way of others either", at: node)
            return nil
        }
        guard var mapping = read(name, at: found, &report) else { return nil }
        mapping.profile = lineage.profile(mapping.profile, of: found, in: level)
        return mapping
    }

    private mutating func read(_ name: String, at level: Int, _ report: inout FileReport) -> ResourceMapping? {
        let folder = lineage.levels[level].folder
        let path = folder.path + "/" + name + ".yaml"
        if let known = finished[path] { return known }
        guard let file = folder.file(named: name + ".yaml", &report) else { return nil }
        files.append(file)
        var mapping: ResourceMapping?
        if let yaml = folder.yaml(file, &report) {
            open.append(path)
            var reader = MappingFile(yaml, conceptMaps: conceptMaps)
            mapping = reader.read(&report) { parent, node, report in
                self.parent(parent, of: name, at: level, node: node, &report)
            }
            open.removeLast()
        }
        finished[path] = .some(mapping)
        return mapping
    }
}
