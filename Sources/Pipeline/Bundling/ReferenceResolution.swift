import FHIR
import PDex

/// A reference as the clinic wrote it, resolved against the clinic's own server (RD-16).
struct ReferenceResolution {
    private let reference: Reference?
    private let identifier: Identifier?
    /// The type that it names, literally or beside an identifier.
    let type: String?

    init(_ text: String, stager: Stager) {
        self.init(ReferenceElement(text), stager: stager)
    }

    init(_ element: ReferenceElement, stager: Stager) {
        reference = element.reference.map { Reference(parsing: $0).relative(to: stager.base) }
        type = reference?.type ?? element.type
        identifier = element.identifier
    }

    /// Whether it names a type whose resources members share.
    var isShared: Bool { type.map(SharedTypes.contains) ?? false }

    /// Whether it names a patient.
    var isPatient: Bool { type == "Patient" }

    /// How it names its target.
    enum Form {
        /// By its id within the same resource.
        case contained
        /// By its address.
        case address
        /// By a search for an id or an identifier.
        case search
        /// By any other search, whose result is not known here.
        case strangeSearch
        /// By an identifier alone.
        case identifier
    }

    /// How it names its target.
    var form: Form {
        switch reference {
        case nil: .identifier
        case .contained: .contained
        case .conditional(_, let query):
            Reference.id(inQuery: query) ?? Reference.identifierToken(inQuery: query)?.value == nil
                ? .strangeSearch : .search
        default: .address
        }
    }

    /// The end of an address that is not a URL, if that may be an id.
    var urnID: String? {
        guard case .urn(let text) = reference else { return nil }
        return text.split(separator: ":").last.map(String.init)
    }

    /// The staged resource that it names; a conditional reference must have exactly one target.
    func key(_ reader: any StoreReader, stager: Stager) throws -> ResourceKey? {
        guard reference != nil else { return nil }
        let found = try keys(reader, stager: stager)
        return found.count == 1 ? found.first : nil
    }

    /// Every staged resource that it may name; resources that are not shared only by their id.
    func keys(_ reader: any StoreReader, stager: Stager) throws -> [ResourceKey] {
        switch reference {
        case .local(let type, let id, _):
            return [stager.identities.key(source: stager.source, type: type, id: id)]
        case .conditional(let type, let query):
            if let id = Reference.id(inQuery: query) {
                return [stager.identities.key(source: stager.source, type: type, id: id)]
            }
            guard let token = Reference.identifierToken(inQuery: query) else { return [] }
            return try reader.resources(
                identifiedBy: stager.identities.identifierKey(
                    source: stager.source, type: type, system: token.system, value: token.value))
        case nil:
            guard let value = identifier?.value else { return [] }
            return try (type.map { [$0] } ?? SharedTypes.surrounding).flatMap { type in
                try reader.resources(
                    identifiedBy: stager.identities.identifierKey(
                        source: stager.source, type: type, system: identifier?.system, value: value))
            }
        default: return []
        }
    }

    /// What is written if the target is not sent along: its identifier, so that the payer may know it.
    func unresolved(_ terms: ExchangeTerms) -> EntryWriter.Target {
        switch reference {
        case .contained, nil: .untouched
        case .local(_, let id, _): .identifier(system: terms.clinic.identifierSystem, value: id)
        case .conditional(_, let query):
            if let token = Reference.identifierToken(inQuery: query), let system = token.system {
                .identifier(system: system, value: token.value)
            } else {
                .identifier(system: "urn:ietf:rfc:3986", value: query)
            }
        case .absolute(let base, let type, let id, _):
            .identifier(system: "urn:ietf:rfc:3986", value: "\(base)/\(type)/\(id)")
        case .urn(let text), .opaque(let text): .identifier(system: "urn:ietf:rfc:3986", value: text)
        }
    }
}
