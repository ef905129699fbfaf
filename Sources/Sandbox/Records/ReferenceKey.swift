import FHIR

/// The keys of a reference index: `Type/id`, without a version.
enum ReferenceKey {
    /// The key of a reference; nil for contained, conditional and foreign ones.
    static func text(_ reference: Reference) -> String? {
        guard case .local(let type, let id, _) = reference else { return nil }
        return "\(type)/\(id)"
    }

    /// The keys of every reference at `path`.
    @Sendable static func keys(_ path: ElementPath, _ tree: JSONValue) -> Set<String> {
        Set(path.references(in: tree).compactMap { text(Reference(parsing: $0)) })
    }
}
