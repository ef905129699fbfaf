/// The permissions that a leg of the exchange needs at a server, however the server writes them.
public struct ScopeSet: Sendable, Hashable {
    /// An interaction, in the order in which scopes list them.
    public enum Letter: Character, Sendable, Hashable, CaseIterable {
        case create = "c"
        case read = "r"
        case update = "u"
        case delete = "d"
        case search = "s"
    }

    private var letters: [String: Set<Letter>] = [:]
    private var verbatim: Set<String> = []

    /// Nothing at all.
    public init() {}

    /// The same interactions on each of the types, and scopes that are requested verbatim, such as an operation's.
    public init(types: [String], letters: Set<Letter>, verbatim: [String] = []) {
        for type in types { allow(type, letters) }
        self.verbatim = Set(verbatim)
    }

    /// Whether nothing is requested.
    public var isEmpty: Bool { letters.isEmpty && verbatim.isEmpty }

    /// Adds interactions on one type.
    public mutating func allow(_ type: String, _ letters: Set<Letter>) {
        guard !letters.isEmpty else { return }
        self.letters[type, default: []].formUnion(letters)
    }

    /// Adds a scope that is requested verbatim, such as an operation's (SBS-47). One that narrows a type by a query
    /// replaces what was requested for that type (SBS-44).
    public mutating func ask(_ scope: String) {
        verbatim.insert(scope)
        let parts = scope.split(separator: "?", maxSplits: 1)
        guard parts.count == 2, let narrowed = SystemScope(parsing: String(parts[0])) else { return }
        letters[narrowed.type] = nil
    }

    /// The parameter `scope`: every scope once, sorted, letters in the order `cruds`.
    public func text(in form: ScopeForm) -> String {
        scopes(in: form).joined(separator: " ")
    }

    /// The scopes of this set that `granted` does not cover, written in `form`; v1, v2 and wildcards are compared by
    /// what they allow.
    public func missing(from granted: String, in form: ScopeForm) -> [String] {
        let lacking = lettersMissing(from: granted).sorted { $0.key < $1.key }.map { type, letters in
            SystemScope(type: type, letters: letters).text(in: form)
        }
        return lacking + verbatim.subtracting(granted.split(separator: " ").map(String.init)).sorted()
    }

    /// The types of this set that `granted` does not cover.
    func missingTypes(from granted: String) -> Set<String> {
        Set(lettersMissing(from: granted).keys)
    }

    private func lettersMissing(from granted: String) -> [String: Set<Letter>] {
        let held = Set(granted.split(separator: " ").map(String.init)).compactMap { SystemScope(parsing: $0) }
        var missing: [String: Set<Letter>] = [:]
        for (type, wanted) in letters {
            let allowed = held.filter { $0.type == type || $0.type == "*" }
            let left = allowed.reduce(wanted) { $0.subtracting($1.letters) }
            if !left.isEmpty { missing[type] = left }
        }
        return missing
    }

    private func scopes(in form: ScopeForm) -> [String] {
        let typed = letters.map { SystemScope(type: $0.key, letters: $0.value).text(in: form) }
        return (typed + verbatim).sorted()
    }
}

/// One scope of the form `system/Type.letters`.
private struct SystemScope {
    let type: String
    let letters: Set<ScopeSet.Letter>

    init(type: String, letters: Set<ScopeSet.Letter>) {
        self.type = type
        self.letters = letters
    }

    /// Reads either form; nil for anything else, and for a scope narrowed by a query, which allows less than it names.
    init?(parsing text: String) {
        guard text.hasPrefix("system/") else { return nil }
        let parts = text.dropFirst("system/".count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        type = String(parts[0])
        switch parts[1] {
        case "read": letters = [.read, .search]
        case "write": letters = [.create, .update, .delete]
        case "*": letters = Set(ScopeSet.Letter.allCases)
        default:
            let known = parts[1].compactMap(ScopeSet.Letter.init(rawValue:))
            guard known.count == parts[1].count, !known.isEmpty else { return nil }
            letters = Set(known)
        }
    }

    func text(in form: ScopeForm) -> String {
        switch form {
        case .v2:
            return "system/\(type)." + String(ScopeSet.Letter.allCases.filter(letters.contains).map(\.rawValue))
        case .v1:
            let reads = !letters.isDisjoint(with: [.read, .search])
            let writes = !letters.isDisjoint(with: [.create, .update, .delete])
            return "system/\(type)." + (reads && writes ? "*" : reads ? "read" : "write")
        }
    }
}
