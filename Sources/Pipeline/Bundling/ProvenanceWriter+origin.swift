import FHIR
import PDex

extension ProvenanceWriter {
    /// `Provenance/id` of an origin: derived from what it speaks of and says, so that sending it again adds no second
    /// one.
    func originLocation(of nodes: [GraphNode], by byline: Authorship.Byline) -> String {
        let told = nodes.map { node in
            let since = node.origin?.lastUpdated?.text ?? ""
            return "\(node.location)#\(node.contentHash) \(node.origin?.reference ?? "") \(since)"
        }
        let words = byline.authors.map(\.words) + (byline.hasOthers ? ["others"] : []) + told
        return "Provenance/"
            + identities.derived("origin", terms.payer.name, mapping.hash, words.joined(separator: " "))
    }

    /// The Provenance of what the same people wrote: its versions at the clinic, one for each target in the same order,
    /// and since when they are so (PV-02, PV-04, PV-11, UC-09).
    ///
    /// Where the resources do not say who wrote them, the clinic is the author. Where they name somebody who cannot be
    /// named to the payer, it is not: it only keeps what they wrote.
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
            // All of them are of one format; it is said once.
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
    /// What tells a Provenance that names them from others.
    fileprivate var words: String {
        if case .organization(let principal) = principal { location + " for " + principal } else { location }
    }
}
