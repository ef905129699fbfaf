/// One SMART system scope, in the form in which it was requested.
struct SystemScope: Sendable, Hashable {
    /// What a scope permits, one letter per interaction.
    enum Interaction: Character, Sendable, CaseIterable {
        case create = "c"
        case read = "r"
        case update = "u"
        case delete = "d"
        case search = "s"
    }

    /// A resource type, or `*`.
    let type: String
    let interactions: Set<Interaction>
    /// Whether it is written as `.read`, `.write` or `.*` (SMART 1).
    let isVersion1: Bool

    /// Reads `system/Type.cruds` (letters in that order only), `system/Type.read`, `.write` or `.*`; nil for others.
    init?(_ text: String) {
        guard text.hasPrefix("system/") else { return nil }
        let parts = text.dropFirst("system/".count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "*" || Self.isTypeName(parts[0]) else { return nil }
        switch parts[1] {
        case "read": self.init(String(parts[0]), [.read, .search], isVersion1: true)
        case "write": self.init(String(parts[0]), [.create, .update, .delete], isVersion1: true)
        case "*": self.init(String(parts[0]), Set(Interaction.allCases), isVersion1: true)
        default:
            let letters = parts[1].compactMap { Interaction(rawValue: $0) }
            guard !letters.isEmpty, Self.letters(Set(letters)) == parts[1] else { return nil }
            self.init(String(parts[0]), Set(letters), isVersion1: false)
        }
    }

    private init(_ type: String, _ interactions: Set<Interaction>, isVersion1: Bool) {
        self.type = type
        self.interactions = interactions
        self.isVersion1 = isVersion1
    }

    /// The part of this scope that `allowed` covers, in the same form; nil when nothing is left.
    func limited(to allowed: [SystemScope]) -> SystemScope? {
        let covering = allowed.filter { $0.type == "*" || $0.type == type }
        let left = interactions.intersection(covering.reduce(into: []) { $0.formUnion($1.interactions) })
        guard !left.isEmpty else { return nil }
        guard isVersion1, left != interactions else { return SystemScope(type, left, isVersion1: isVersion1) }
        // A version 1 scope stands for all of its letters or is not granted.
        let isReadable = left.isSuperset(of: [.read, .search])
        return isReadable ? SystemScope(type, [.read, .search], isVersion1: true) : nil
    }

    /// Whether this scope permits `interaction` on `type`.
    func permits(_ interaction: Interaction, on type: String) -> Bool {
        (self.type == "*" || self.type == type) && interactions.contains(interaction)
    }

    /// The scope as it is written.
    var text: String {
        guard isVersion1 else { return "system/\(type).\(Self.letters(interactions))" }
        switch interactions {
        case [.read, .search]: return "system/\(type).read"
        case [.create, .update, .delete]: return "system/\(type).write"
        default: return "system/\(type).*"
        }
    }

    private static func letters(_ interactions: Set<Interaction>) -> String {
        String(Interaction.allCases.filter(interactions.contains).map(\.rawValue))
    }

    private static func isTypeName(_ text: Substring) -> Bool {
        text.first?.isUppercase == true && text.utf8.count <= 64
            && text.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
    }
}
