import FHIR
import Synchronization

/// The packages' definitions, each compiled once, when it is first asked for.
public final class ProfileLibrary: Sendable {
    /// The packages behind it.
    public let packages: PackageSet
    private let sheets: ProfileSheets
    private let profiles = Mutex<[String: CompiledProfile?]>([:])
    private let valueSets = Mutex<[String: ValueSetRule?]>([:])
    private let codeSystems = Mutex<[String: CodeSystemContent?]>([:])

    /// A library over packages, with sheets for profiles that they lack; nothing is compiled yet.
    public init(_ packages: PackageSet, sheets: ProfileSheets = ProfileSheets()) {
        self.packages = packages
        self.sheets = sheets
    }

    /// The compiled profile of a canonical; nil when neither a package nor a sheet has it.
    func profile(_ canonical: String) -> CompiledProfile? {
        if let known = profiles.withLock({ $0[canonical] }) { return known }
        // Two tasks may compile the same profile: that is cheaper than making all of them wait.
        let made =
            packages.definition(.structure, canonical).flatMap { Self.parse($0) }.flatMap {
                CompiledProfile($0, library: packages)
            } ?? sheets.profile(canonical)
        profiles.withLock { $0[canonical] = .some(made) }
        return made
    }

    /// The value set of a canonical; nil when neither a package nor a sheet has it.
    func valueSet(_ canonical: String) -> ValueSetRule? { valueSet(canonical, within: []) }

    /// Whether a code, Coding or CodeableConcept is in the value set; nil when that cannot be said.
    func isMember(_ value: JSONValue, of canonical: String) -> Bool? {
        switch valueSet(canonical)?.membership(of: value) {
        case .member: true
        case .notMember: false
        case .unknown, nil: nil
        }
    }

    /// `within` are the value sets being read, each of which includes this one.
    private func valueSet(_ canonical: String, within: Set<String>) -> ValueSetRule? {
        if let known = valueSets.withLock({ $0[canonical] }) { return known }
        if let listed = sheets.valueSet(canonical) { return listed }
        // Value sets that include one another in a circle end here, and so do absurdly long chains.
        guard within.count < 64, !within.contains(canonical),
            let json = packages.definition(.valueSet, canonical).flatMap({ Self.parse($0) })
        else {
            return nil
        }
        let within = within.union([canonical])
        let compose = json["compose"]
        let include = (compose?["include"]?.elements ?? []).map { clause($0, within: within) }
        let exclude = (compose?["exclude"]?.elements ?? []).map { clause($0, within: within) }
        let made: ValueSetRule? =
            include.isEmpty ? Self.expanded(json) : ValueSetRule(include: include, exclude: exclude)
        valueSets.withLock { $0[canonical] = .some(made) }
        return made
    }

    private func clause(_ json: JSONValue, within: Set<String>) -> ValueSetRule.Clause {
        let system = json["system"]?.string
        let codes = json["concept"]?.elements.compactMap { $0["code"]?.string }
        let version = json["version"]?.string.map { "|\($0)" } ?? ""
        let needsContent = codes == nil
        let content = needsContent ? system.flatMap { codeSystem($0 + version) ?? codeSystem($0) } : nil
        return ValueSetRule.Clause(
            system: system, codes: codes.map { Set($0) },
            filters: (json["filter"]?.elements ?? []).map { CodeFilter($0) }, content: content,
            valueSets: (json["valueSet"]?.elements ?? []).compactMap(\.string).map { valueSet($0, within: within) })
    }

    /// A value set that is given only as an expansion, when that is complete.
    private static func expanded(_ json: JSONValue) -> ValueSetRule? {
        guard let expansion = json["expansion"] else { return nil }
        let list = expansion["contains"]?.elements ?? []
        let total = expansion["total"]?.number?.int ?? list.count
        guard !list.isEmpty, list.count >= total, !list.contains(where: { $0["contains"] != nil }) else { return nil }
        let bySystem = Dictionary(grouping: list) { $0["system"]?.string ?? "" }
        return ValueSetRule(
            include: bySystem.map { system, entries in
                ValueSetRule.Clause(
                    system: system, codes: Set(entries.compactMap { $0["code"]?.string }), filters: [], content: nil,
                    valueSets: [])
            }, exclude: [])
    }

    private func codeSystem(_ canonical: String) -> CodeSystemContent? {
        if let known = codeSystems.withLock({ $0[canonical] }) { return known }
        let made = packages.definition(.codeSystem, canonical).flatMap { Self.parse($0) }.flatMap {
            CodeSystemContent($0)
        }
        codeSystems.withLock { $0[canonical] = .some(made) }
        return made
    }

    private static func parse(_ definition: IGPackage.Definition) -> JSONValue? {
        try? JSONParser.parse(definition.json, limits: JSONLimits(depth: 128, bytes: 32 << 20))
    }
}
