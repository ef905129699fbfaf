import FHIR

/// A StructureDefinition's snapshot as a tree of rules.
final class CompiledProfile: Sendable {
    /// `canonical|version`
    let canonical: String
    let url: String
    let type: String
    let root: ElementRule
    /// Where an extension may be used.
    let contexts: [ExtensionContext]
    /// Whether a rule or a slice depends on the target of a reference.
    let asksTargets: Bool
    private let byID: [String: ElementRule]

    /// Where an extension may be used.
    struct ExtensionContext: Sendable {
        let type: String
        let expression: String
    }

    /// Compiles a definition; nil when it has no snapshot.
    init?(_ json: JSONValue, library: PackageSet) {
        guard let url = json["url"]?.string, let type = json["type"]?.string,
            let elements = json["snapshot"]?["element"]?.array, !elements.isEmpty
        else { return nil }
        self.url = url
        self.type = type
        canonical = json["version"]?.string.map { "\(url)|\($0)" } ?? url
        contexts = (json["context"]?.elements ?? []).map {
            ExtensionContext(type: $0["type"]?.string ?? "", expression: $0["expression"]?.string ?? "")
        }
        var compiler = SnapshotCompiler(elements, library: library)
        guard let root = compiler.compile() else { return nil }
        self.root = root
        byID = compiler.byID
        asksTargets = byID.values.contains(where: \.asksTargets)
    }

    /// Makes a profile from a profile sheet.
    init(sheet root: ElementRule, canonical: String, type: String) {
        self.canonical = canonical
        url = PackageSet.parts(canonical).url
        self.type = type
        self.root = root
        contexts = []
        asksTargets = root.contains(where: \.asksTargets)
        byID = [:]
    }

    /// The rule that a content reference (`#Observation.referenceRange`) names.
    func rule(_ reference: String) -> ElementRule? {
        guard let hash = reference.firstIndex(of: "#") else { return nil }
        return byID[String(reference[reference.index(after: hash)...])]
    }
}
