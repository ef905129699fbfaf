import FHIR
import PDex

/// A reference as the clinic wrote it, read against the clinic's own server (RD-16).
struct ReferenceResolution {
    private let reference: Reference

    init(_ text: String, stager: Stager) {
        reference = Reference(parsing: text).relative(to: stager.base)
    }

    /// Whether it names a type that is shared between members.
    var isShared: Bool {
        reference.type.map(SharedTypes.contains) ?? false
    }

    /// Whether it names a person whom the clinic treats.
    var isPatient: Bool { reference.type == "Patient" }

    /// The staged resource it names; a conditional reference must lead to exactly one.
    func key(_ reader: any StoreReader, stager: Stager) throws -> ResourceKey? {
        switch reference {
        case .local(let type, let id, _):
            return stager.identities.key(source: stager.source, type: type, id: id)
        case .conditional(let type, let query):
            guard let token = Reference.identifierToken(inQuery: query) else { return nil }
            let identifier = stager.identities.identifierKey(
                source: stager.source, type: type, system: token.system, value: token.value)
            let found = try reader.resources(identifiedBy: identifier)
            return found.count == 1 ? found.first : nil
        default:
            return nil
        }
    }

    /// What is written when the target does not travel along: its identifier, so that the payer may know it.
    func unresolved(_ terms: ExchangeTerms) -> EntryWriter.Target {
        switch reference {
        case .contained: .untouched
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
