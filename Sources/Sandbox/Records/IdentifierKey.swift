import FHIR

/// The keys of the `identifier` index: `system|value`, and `*|value` for searches in any system.
enum IdentifierKey {
    /// The key that a search for this token looks up; an empty system means "no system".
    static func text(system: String?, value: String) -> String {
        "\(system ?? "*")|\(value)"
    }

    /// Every key of a resource.
    @Sendable static func keys(_ tree: JSONValue) -> Set<String> {
        var keys: Set<String> = []
        for json in tree["identifier"]?.elements ?? [] {
            guard let identifier = Identifier(json), let value = identifier.value else { continue }
            keys.insert(text(system: nil, value: value))
            keys.insert(text(system: identifier.system ?? "", value: value))
        }
        return keys
    }
}
