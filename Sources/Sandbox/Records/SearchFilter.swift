import FHIR

/// One condition of a search; alternatives inside it are joined by "or".
enum SearchFilter: Sendable {
    case id(Set<String>)
    case lastUpdated(SearchMoment)
    case patient(Set<String>)
    case encounter(Set<String>)
    case date(SearchMoment)
    /// Whether there is no date (`:missing`), or there is one.
    case undated(Bool)
    case identifier([SearchToken])
    case token(ElementPath, [SearchToken])
    /// References to `Type/id`; `parameter` names the index.
    case reference(ElementPath, Set<String>, parameter: String)

    /// Whether a resource satisfies it.
    func matches(_ resource: StoredResource) -> Bool {
        switch self {
        case .id(let ids): ids.contains(resource.id)
        case .lastUpdated(let moment): moment.matches(from: resource.lastUpdated, to: resource.lastUpdated)
        case .patient(let ids): resource.patient.map(ids.contains) ?? false
        case .encounter(let ids): resource.encounter.map(ids.contains) ?? false
        case .date(let moment):
            (resource.start ?? resource.end).map { start in
                moment.matches(from: start, to: resource.end ?? .latest)
            } ?? false
        case .undated(let isMissing): (resource.start == nil && resource.end == nil) == isMissing
        case .identifier(let tokens):
            (resource.tree["identifier"]?.elements ?? []).contains { identifier in
                tokens.contains { token in
                    (token.code == nil || identifier["value"]?.string == token.code)
                        && (token.system == nil || identifier["system"]?.string ?? "" == token.system)
                }
            }
        case .token(let path, let tokens):
            path.values(in: resource.tree).contains { value in tokens.contains { $0.matches(value) } }
        case .reference(let path, let targets, _):
            !ReferenceKey.keys(path, resource.tree).isDisjoint(with: targets)
        }
    }

    /// The rows that may satisfy it, ascending, if an index knows them; nil when every row has to be looked at.
    func candidates(of type: String, in store: inout FHIRStore) -> [Int]? {
        switch self {
        case .id(let ids): ids.compactMap { store.tables[type]?.row(of: $0) }.sorted()
        case .patient(let ids): ids.flatMap { store.tables[type]?.rows(ofPatient: $0) ?? [] }.sorted()
        case .identifier(let tokens) where tokens.allSatisfy({ $0.code != nil }):
            Set(
                tokens.flatMap { token in
                    let key = IdentifierKey.text(system: token.system, value: token.code ?? "")
                    return store.rows(type, "identifier", key, keys: IdentifierKey.keys)
                }
            ).sorted()
        case .reference(let path, let targets, let parameter):
            Set(
                targets.flatMap { target in
                    store.rows(type, parameter, target, keys: { ReferenceKey.keys(path, $0) })
                }
            ).sorted()
        case .lastUpdated, .encounter, .date, .undated, .token, .identifier: nil
        }
    }
}
