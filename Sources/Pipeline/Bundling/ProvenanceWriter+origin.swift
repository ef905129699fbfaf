import FHIR
import PDex

extension ProvenanceWriter {
    /// `Provenance/id` of an origin: derived from its targets and content, so that sending it again does not add a
    /// second one.
    func originLocation(of nodes: [GraphNode], by byline: Authorship.Byline) -> String {
        let told = nodes.map { node in
            let since = node.origin?.lastUpdated?.text ?? ""
            return "\(node.location)#\(node.contentHash) \(node.origin?.reference ?? "") \(since)"
        }
        let words = byline.authors.map(\.words) + (byline.hasOthers ? ["others"] : []) + told
        return "Provenance/"
            + identities.derived("origin", terms.payer.name, mapping.hash, words.joined(separator: " "))
    }

    /// The Provenance of what the same people wrote: one version at the clinic for each target, in the same order, and
    /// when these were written (PV-02, PV-04, PV-11, UC-09).
    ///
    /// If the resources do not name an author, the clinic is the author. If they name one who cannot be named to the
    /// payer, the clinic is only the custodian of what they wrote.
    func origin(
        of nodes: [GraphNode], by byline: Authorship.Byline, clinic: String, location: String, received: Instant
    ) -> JSONValue {
        let clinic: JSONValue = ["reference": .string(clinic)]
        var agents = byline.authors.map { author -> JSONValue in
            let principal: JSONValue? =
                switch author.principal {
                case .none: nil
                case .clinic: clinic
                case .organization(let location): ["reference": .string(location)]
                }
            return agent(.author, ["reference": .string(author.location)], for: principal)
        }
        if byline.hasOthers { agents.append(agent(.custodian, clinic)) }
        if agents.isEmpty { agents.append(agent(.author, clinic)) }
        if terms.provenance.version?.hasSourceAgent == true { agents.append(agent(.source, clinic)) }
        let entities = nodes.enumerated().map { index, node -> JSONValue in
            var entity: JSONObject = [
                "role": "source", "what": source(node.origin?.reference ?? node.location),
            ]
            // All of them have the same format; it is stated once.
            if index == 0 { entity["extension"] = [Self.sourceFormat] }
            return .object(entity)
        }
        var json = head(location, targets: nodes.map(\.location), received: received)
        for (name, value) in occurred(nodes) { json[name] = value }
        json["agent"] = .array(agents)
        json["entity"] = .array(entities)
        return .object(json)
    }

    private func source(_ address: String) -> JSONValue {
        switch terms.provenance.sources {
        case .reference: ["reference": .string(address)]
        case .identifier: ["identifier": ["system": "urn:ietf:rfc:3986", "value": .string(address)]]
        }
    }

    private func occurred(_ nodes: [GraphNode]) -> [(String, JSONValue)] {
        let instants = nodes.compactMap { $0.origin?.lastUpdated }
        guard let first = instants.min(), let last = instants.max() else { return [] }
        if first == last { return [("occurredDateTime", .string(first.text))] }
        return [("occurredPeriod", ["start": .string(first.text), "end": .string(last.text)])]
    }
}

extension Authorship.Author {
    /// Distinguishes a Provenance that names this author from others.
    fileprivate var words: String {
        if case .organization(let principal) = principal { location + " for " + principal } else { location }
    }
}
