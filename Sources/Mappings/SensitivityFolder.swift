public import DeclarativeFiles
public import PDex

/// The folder `mappings/sensitivity`: a file for each category of information that is not sent along with the rest.
public enum SensitivityFolder {
    /// The name of the folder among the mapping sets.
    public static let name = "sensitivity"

    /// Reads the folder in `mappings`; if there is none, only labels count. The errors of all files are thrown
    /// together.
    ///
    /// The mark changes with every byte of every file.
    public static func load(
        mappings: String, clinics: [String]? = nil, digests: Digests
    ) throws(FileDiagnostics) -> (categories: [SensitivityCategory], mark: String) {
        let folder = MappingFolder(path: mappings + "/" + name)
        var report = FileReport()
        var categories: [SensitivityCategory] = []
        var bytes: [UInt8] = []
        for stray in folder.names(endingWith: ".yml") {
            report.report(
                "sensitivity files end in .yaml; rename this one", path: "\(folder.path)/\(stray)", position: nil)
        }
        for name in folder.names(endingWith: ".yaml") {
            guard let file = folder.file(named: name, &report), let yaml = folder.yaml(file, &report) else { continue }
            bytes += Array(name.utf8) + [0] + file.bytes + [0]
            guard let category = SensitivityFile.category(in: yaml, &report) else { continue }
            check(category, yaml, clinics, &report)
            categories.append(category)
        }
        try report.throwIfAny()
        let mark = digests.sha256(bytes).prefix(4).map { byte in
            let text = String(byte, radix: 16)
            return text.count < 2 ? "0" + text : text
        }.joined()
        return (categories, mark)
    }

    private static func check(
        _ category: SensitivityCategory, _ file: DeclarativeFile, _ clinics: [String]?, _ report: inout FileReport
    ) {
        guard let clinics else { return }
        for name in (category.clinics ?? []).sorted() where !clinics.contains(name) {
            report.report(
                "there is no clinic '\(name.prefix(64))' in the configuration; it has: \(clinics.joined(separator: ", "))",
                at: file.root, suggestion: Suggestion.closest(to: name, among: clinics))
        }
    }
}
