import DeclarativeFiles

/// `set.yaml`: the name of the set, what it targets, and its mappings in the order in which they are tried.
struct SetFile {
    let name: String
    let about: String
    let target: String
    let mappings: [String]
    /// The set beside this one that provides the files that this folder lacks.
    let parent: String?
    let parentNode: DeclarativeNode?
    private let list: DeclarativeNode

    /// Every key, in the order in which a file has them.
    static let keys = ["set", "about", "fhir", "target", "extends", "mappings"]

    /// Reads the file; nil when it has too many errors to go on.
    init?(_ file: DeclarativeFile?, _ report: inout FileReport) {
        guard let file else { return nil }
        let fields = file.root.fields(
            Self.keys, required: Self.keys.filter { $0 != "extends" }, in: "a mapping set", &report)
        if let node = fields["fhir"], let version = node.string(&report), version != "4.0.1" {
            report.report("only FHIR 4.0.1 is supported", at: node)
        }
        guard let name = fields["set"]?.string(&report), let about = fields["about"]?.string(&report),
            let target = fields["target"]?.string(&report), let list = fields["mappings"],
            let mappings = list.strings(&report)
        else { return nil }
        self.name = name
        self.about = about
        self.target = target
        self.mappings = mappings
        self.list = list
        parentNode = fields["extends"]
        parent = fields["extends"]?.string(&report)
    }

    /// The target's package and version: `hl7.fhir.us.core` and `6.1.0`.
    var package: (name: Substring, version: Substring) {
        let parts = target.split(separator: "#", maxSplits: 1)
        return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
    }

    /// Reports mappings that are listed twice, and files in the folder that are not listed.
    func checkListing(of folder: MappingFolder, _ report: inout FileReport) {
        for (index, name) in mappings.enumerated() where mappings[..<index].contains(name) {
            report.report("'\(name)' is listed twice", at: list)
        }
        for file in folder.names(endingWith: ".yaml") where file != "set.yaml" && !file.hasSuffix(".test.yaml") {
            let name = String(file.dropLast(".yaml".count))
            if !mappings.contains(name) { report.report("'\(name)' has a file but is not listed here", at: list) }
        }
    }
}
