import DeclarativeFiles

/// A set and the sets that it extends, starting with the set itself.
struct SetLineage {
    /// One set of the lineage.
    struct Level {
        let folder: MappingFolder
        let contents: SetFile
    }

    private(set) var levels: [Level] = []
    /// The `set.yaml` of each set, for the hash.
    private(set) var files: [MappingFolder.File] = []

    /// Reads one `set.yaml` after another; reports a set that extends itself, directly or through others.
    init(_ folder: MappingFolder, _ report: inout FileReport) {
        var next: MappingFolder? = folder
        while let folder = next {
            next = nil
            guard let file = folder.file(named: "set.yaml", &report),
                let contents = SetFile(folder.yaml(file, &report), &report)
            else { return }
            contents.checkListing(of: folder, &report)
            files.append(file)
            levels.append(Level(folder: folder, contents: contents))
            guard let name = contents.parent, let node = contents.parentNode else { return }
            let parent = folder.beside(name)
            if levels.contains(where: { $0.folder.name == name }) {
                let way = (levels.compactMap(\.folder.name) + [name]).joined(separator: " → ")
                report.report("a set cannot extend itself: \(way)", at: node)
            } else if !parent.has("set.yaml") || name.contains("/") {
                report.report(
                    "there is no set '\(name.prefix(64))' beside this one", at: node,
                    suggestion: Suggestion.closest(to: name, among: folder.siblings))
            } else {
                next = parent
            }
        }
    }

    /// The first level from `start` on that has a file of that name.
    func level(of name: String, from start: Int) -> Int? {
        levels.indices.first { $0 >= start && levels[$0].folder.has(name + ".yaml") }
    }

    /// The profile of a mapping in one set, as a set that extends it claims it.
    ///
    /// When both target the same package, the version becomes that of `target`.
    func profile(_ profile: String, of source: Int, in target: Int) -> String {
        let (from, to) = (levels[source].contents.package, levels[target].contents.package)
        guard from.name == to.name, profile.hasSuffix("|" + from.version) else { return profile }
        return String(profile.dropLast(from.version.count)) + to.version
    }
}
