/// What `Reference.reference` says, in every form that FHIR R4 §2.3 allows.
///
/// Parsing never fails and loses nothing: ``text`` gives back exactly what was parsed.
public enum Reference: Sendable, Hashable {
    /// A resource on the same server: `Patient/1`, `Patient/1/_history/2`.
    case local(type: String, id: String, version: String?)
    /// A resource under the base of a server: `https://host/r4/Patient/1`; the base has no trailing slash.
    case absolute(base: String, type: String, id: String, version: String?)
    /// A contained resource, `#p1`; with an empty id, the resource that contains it.
    case contained(id: String)
    /// `urn:uuid:…`, `urn:oid:…`.
    case urn(String)
    /// A search that should find one resource: `Practitioner?identifier=sys|val`, the query as it was written.
    case conditional(type: String, query: String)
    /// Anything else; it is kept and never followed.
    case opaque(String)

    /// The resource type, when the reference names one.
    public var type: String? {
        switch self {
        case .local(let type, _, _), .absolute(_, let type, _, _), .conditional(let type, _): type
        case .contained, .urn, .opaque: nil
        }
    }

    /// The logical id, when the reference names one; the id within the container for a contained resource.
    public var id: String? {
        switch self {
        case .local(_, let id, _), .absolute(_, _, let id, _), .contained(let id): id
        case .urn, .conditional, .opaque: nil
        }
    }

    /// The reference as it is written in JSON.
    public var text: String {
        switch self {
        case .local(let type, let id, let version): Self.path(type, id, version)
        case .absolute(let base, let type, let id, let version): "\(base)/\(Self.path(type, id, version))"
        case .contained(let id): "#\(id)"
        case .urn(let text), .opaque(let text): text
        case .conditional(let type, let query): "\(type)?\(query)"
        }
    }

    private static func path(_ type: String, _ id: String, _ version: String?) -> String {
        version.map { "\(type)/\(id)/_history/\($0)" } ?? "\(type)/\(id)"
    }
}
