import DeclarativeFiles

/// `set.yaml`: what the set is called, what it leads to, and its mappings in the order in which they are asked.
struct SetFile {
    let name: String
    let about: String
    let target: String
    let mappings: [String]
    /// The set beside this one whose files are taken where this folder has none.
    let parent: String?
    let parentNode: DeclarativeNode?
    private let list: DeclarativeNode

    /// Every key, in the order in which the file reads.
    static let keys = ["set", "about", "fhir", "target", "extends", "mappings"]

    /// Reads the file; nil when it is too wrong to go on.
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

    /// The package of the target and its version: `hl7.fhir.us.core` and `6.1.0`.
    var package: (name: Substring, version: Substring) {
        let parts = target.split(separator: "#", maxSplits: 1)
        return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
    }

    /// Reports mappings listed twice, and files that lie in the folder but are not listed.
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
