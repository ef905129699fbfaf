import FHIR
import PDex

/// Turns a mapped resource into a bundle entry: derived id, source identifier, references rewritten.
///
/// It is written with PUT to a derived id (WR-11, reliability F6): sent twice, it is the same resource.
struct EntryWriter: Sendable {
    /// Where a reference leads.
    enum Target {
        /// To a resource that is sent along.
        case node(ResourceKey, location: String)
        /// To a resource that the payer may know by its identifier.
        case identifier(system: String, value: String)
        /// To a resource that is left out: only its identifier is stated, and nothing else of the reference.
        case bareIdentifier(system: String, value: String)
        /// Left as it is except for the display text: it is not known where it leads.
        case wordless
        /// To a resource that must not be named.
        case masked
        /// Within the resource, or outside both servers: left as it is.
        case untouched

        /// The same without any display text.
        var unspoken: Target {
            switch self {
            case .identifier(let system, let value): .bareIdentifier(system: system, value: value)
            case .untouched: .wordless
            default: self
            }
        }
    }

    let terms: ExchangeTerms
    let identities: Identities

    /// `Type/id` at the payer: derived from the clinic's identifier system, so that a clinic may move its server.
    func location(type: String, id: String) -> String {
        type + "/" + identities.payerID(source: terms.clinic.identifierSystem, type: type, id: id)
    }

    /// Writes the entry of `mapped`, with an identifier that the payer gave it and the link to its survivor; `target`
    /// decides where each reference leads.
    func node(
        _ mapped: MappedResource, isShared: Bool, alsoKnownAs identifier: Identifier? = nil,
        replacedBy survivor: Survivor? = nil,
        target: (ReferenceElement) throws -> Target
    ) rethrows -> GraphNode {
        let staged = mapped.staged
        var references: [ResourceKey] = []
        let entry = try entry(at: mapped.location) { out in
            let json = known(mapped.json, as: identifier)
            try JSONValue.object(survivor?.telling(json) ?? json).write(into: &out) { holder in
                // The link to the survivor is an address at the payer already: no reference of a clinic looks so.
                if let survivor, holder["reference"]?.string == survivor.location { return }
                try rewrite(&holder, &references, target)
            }
        }
        let named = Origin.authors(of: mapped.json, type: staged.type)
        let authors = try named.compactMap { holder -> ResourceKey? in
            guard let holder = holder.object, let element = ReferenceElement(holder),
                case .node(let key, _) = try target(element)
            else { return nil }
            return key
        }
        return GraphNode(
            key: staged.key, contentHash: staged.contentHash ^ hash(identifier) ^ (survivor?.hash(identities) ?? 0),
            location: mapped.location,
            entry: entry, references: references, isShared: isShared,
            origin: Origin(
                staged, base: terms.clinic.base, authors: authors, hasOthers: authors.count < named.count))
    }

    /// Rewrites every reference as `target` decides; returns the nodes among the targets.
    func rewrite(_ json: inout JSONValue, target: (ReferenceElement) throws -> Target) rethrows -> [ResourceKey] {
        var references: [ResourceKey] = []
        try json.rewriteReferences { try rewrite(&$0, &references, target) }
        return references
    }

    private func rewrite(
        _ holder: inout JSONObject, _ references: inout [ResourceKey], _ target: (ReferenceElement) throws -> Target
    ) rethrows {
        guard let element = ReferenceElement(holder) else { return }
        let end = try target(element)
        if element.identifier?.isPersonalNumber ?? false { holder["identifier"] = nil }
        switch end {
        case .untouched: break
        case .node(let key, let location):
            holder["reference"] = .string(location)
            // A resource that is sent along states those of its numbers that the payer may have.
            holder["identifier"] = nil
            references.append(key)
        case .identifier(let system, let value):
            holder["reference"] = nil
            if holder["identifier"] == nil {
                holder["identifier"] = ["system": .string(system), "value": .string(value)]
            }
        case .bareIdentifier(let system, let value):
            holder = ["identifier": ["system": .string(system), "value": .string(value)]]
        case .wordless: holder["display"] = nil
        case .masked: holder = Self.mask
        }
        if ["reference", "identifier", "display"].allSatisfy({ holder[$0] == nil }) { holder = Self.mask }
    }

    /// Takes the place of a reference that no longer leads anywhere.
    static let mask: JSONObject = [
        "extension": [
            ["url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"]
        ]
    ]

    /// The bytes of a PUT entry.
    func entry(_ resource: JSONValue, location: String) -> [UInt8] {
        entry(at: location) { resource.write(into: &$0) }
    }

    private func entry(at location: String, _ write: (inout JSONOutput) throws -> Void) rethrows -> [UInt8] {
        var out = JSONOutput(room: 4096)
        out.append(#"{"fullUrl":"#)
        JSONValue.string(terms.payer.base + "/" + location).write(into: &out)
        out.append(#","resource":"#)
        try write(&out)
        out.append(#","request":{"method":"PUT","url":"#)
        JSONValue.string(location).write(into: &out)
        out.append("}}")
        return out.bytes
    }

    /// 0 for none: a resource that gains an identifier is new to the payer.
    private func hash(_ identifier: Identifier?) -> Int64 {
        identifier?.token.map { Array($0.utf8).withUnsafeBytes(identities.contentHash) } ?? 0
    }

    /// The resource with an identifier that the payer gave; no mapping may leave it out (MM-11).
    private func known(_ json: JSONObject, as identifier: Identifier?) -> JSONObject {
        var json = json
        let identifiers = json["identifier"]?.elements ?? []
        guard let identifier, !identifiers.compactMap(Identifier.init).contains(where: identifier.isSame) else {
            return json
        }
        json["identifier"] = .array(identifiers + [identifier.json])
        return json
    }

    /// The resource with the payer's id; the clinic's id stays as an identifier if the type has identifiers (PB-08).
    func identified(_ json: JSONObject, _ staged: StagedResource, location: String) -> JSONObject {
        var json = json
        json["id"] = .string(String(location.dropFirst(staged.type.count + 1)))
        let source: JSONValue = [
            "system": .string(terms.clinic.identifierSystem), "value": .string(staged.id),
        ]
        if Self.withOneIdentifier.contains(staged.type) {
            json["identifier"] = json["identifier"] ?? source
        } else if !Self.withoutIdentifier.contains(staged.type) {
            var identifiers = json["identifier"]?.elements ?? []
            if !identifiers.contains(source) { identifiers.append(source) }
            json["identifier"] = .array(identifiers)
        }
        return json
    }

    /// R4's types with at most one identifier.
    private static let withOneIdentifier: Set<String> = ["Bundle", "Composition", "QuestionnaireResponse"]
    /// R4's types without identifiers, as far as they occur in clinics' records.
    private static let withoutIdentifier: Set<String> = [
        "AuditEvent", "Binary", "Linkage", "OperationOutcome", "Parameters", "Provenance",
    ]
}

extension Identifier {
    fileprivate func isSame(as other: Identifier) -> Bool {
        system == other.system && value == other.value
            && typeCodes.allSatisfy { code in other.typeCodes.contains { $0.code == code.code } }
    }

    /// As FHIR writes it.
    fileprivate var json: JSONValue {
        var object = JSONObject()
        if !typeCodes.isEmpty { object["type"] = ["coding": .array(typeCodes.map(\.json))] }
        object["system"] = system.map { .string($0) }
        object["value"] = value.map { .string($0) }
        return .object(object)
    }
}
