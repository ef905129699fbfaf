import FHIR
import PDex

/// A reference as the clinic wrote it, read against the clinic's own server (RD-16).
struct ReferenceResolution {
    private let reference: Reference?
    private let identifier: Identifier?
    /// The type that it names, as a text or beside an identifier.
    let type: String?

    init(_ text: String, stager: Stager) {
        self.init(ReferenceElement(text), stager: stager)
    }

    init(_ element: ReferenceElement, stager: Stager) {
        reference = element.reference.map { Reference(parsing: $0).relative(to: stager.base) }
        type = reference?.type ?? element.type
        identifier = element.identifier
    }

    /// Whether it names a type that is shared between members.
    var isShared: Bool { type.map(SharedTypes.contains) ?? false }

    /// Whether it names a person whom the clinic treats.
    var isPatient: Bool { type == "Patient" }

    /// By what it names its target.
    enum Form {
        /// By where it is in the same resource.
        case contained
        /// By where it is.
        case address
        /// By an id or an identifier that is searched for.
        case search
        /// By a search that asks for anything else: nobody here knows what it finds.
        case strangeSearch
        /// By an identifier alone.
        case identifier
    }

    /// By what it names its target.
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

    /// What an address that is no URL ends with, if that may be an id.
    var urnID: String? {
        guard case .urn(let text) = reference else { return nil }
        return text.split(separator: ":").last.map(String.init)
    }

    /// The staged resource it names; a conditional reference must lead to exactly one.
    func key(_ reader: any StoreReader, stager: Stager) throws -> ResourceKey? {
        guard reference != nil else { return nil }
        let found = try keys(reader, stager: stager)
        return found.count == 1 ? found.first : nil
    }

    /// Every staged resource that it may name; of those that are not shared only what it names by its id.
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

    /// What is written when the target does not travel along: its identifier, so that the payer may know it.
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
