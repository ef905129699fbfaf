import FHIR
import PDex

extension AuditEventWriter {
    /// What was affected: the person by id, then the consent or the bundles. The last one carries the entry's place in
    /// the trail.
    func entities(_ line: AuditLine, _ kind: AuditKind) -> [JSONValue] {
        var entities: [JSONObject] = []
        if let person = line.person { entities.append(patient(person)) }
        switch kind {
        case .decision: entities.append(consent(line))
        case .disclosure: entities += line.deliveries.map { bundle($0.submission, nil) }
        case .delivery:
            for (submission, receipt) in line.answered {
                entities += [bundle(submission, receipt), transaction(submission)]
            }
        default: break
        }
        if entities.isEmpty || (line.exchange == nil && !kind.isDecision) { entities.append(work(line)) }
        entities[entities.count - 1]["detail"] = .array(
            (entities[entities.count - 1]["detail"]?.elements ?? []) + place(line))
        return entities.map { .object($0) }
    }

    /// A reference to the record at its server; our key for it once it is no longer staged.
    func reference(_ record: AuditLine.Record) -> JSONValue {
        if let id = record.id, let party = parties[record.source] {
            return ["reference": .string("\(party.base)/\(record.type)/\(id)"), "type": .string(record.type)]
        }
        return [
            "type": .string(record.type),
            "identifier": [
                "system": .string("urn:pdex:key:" + record.source), "value": .string(record.key.description),
            ],
        ]
    }

    private func patient(_ person: AuditLine.Record) -> JSONObject {
        [
            "what": reference(person), "type": Self.coding(Self.terms + "audit-entity-type", "1", "Person"),
            "role": Self.coding(Self.terms + "object-role", "1", "Patient"),
        ]
    }

    /// The Consent that decided, with its version; without one, the rule that says what silence means (CO-11).
    private func consent(_ line: AuditLine) -> JSONObject {
        let evidence = line.exchange?.consent
        var entity: JSONObject = [
            "what": line.consent.map(reference) ?? ["display": "no recorded consent"],
            "type": Self.coding("http://hl7.org/fhir/resource-types", "Consent"),
        ]
        var details = [Self.detail("rule", evidence?.rule)]
        details.append(Self.detail("consent-version", evidence?.versionID))
        details.append(
            Self.detail("consent-hash", evidence?.contentHash.map { String(UInt64(bitPattern: $0), radix: 16) }))
        details.append(Self.detail("decided", evidence?.at?.text))
        entity["detail"] = .array(details.compactMap(\.self))
        return entity
    }

    /// A bundle that was sent, by its digest, and how the payer answered.
    private func bundle(_ submission: Submission, _ receipt: Receipt?) -> JSONObject {
        var entity: JSONObject = [
            "what": [
                "type": "Bundle",
                "identifier": [
                    "system": "urn:pdex:bundle:sha-256", "value": .string(submission.contentDigest),
                ],
            ],
            "type": Self.coding(Self.terms + "audit-entity-type", "2", "System Object"),
            "role": Self.coding(Self.terms + "object-role", "4", "Domain Resource"),
        ]
        let details = [
            Self.detail("part", "\(submission.part)"), Self.detail("entries", "\(submission.entries)"),
            Self.detail("attempt", receipt.map { "\($0.attempt)" }),
            Self.detail("verdict", receipt?.verdict), Self.detail("http-status", receipt.map { "\($0.status)" }),
            Self.detail("fault", receipt?.fault?.rawValue), Self.detail("operation-outcome", receipt?.outcome),
            Self.detail("answer-id", receipt?.answerID),
        ]
        entity["detail"] = .array(details.compactMap(\.self))
        return entity
    }

    /// AU-09: the `X-Request-Id` under which it was last sent.
    private func transaction(_ submission: Submission) -> JSONObject {
        [
            "what": [
                "identifier": ["system": "urn:pdex:request", "value": .string(submission.requestID)]
            ],
            "type": Self.coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId"),
        ]
    }

    /// The run, or whatever else was worked on.
    private func work(_ line: AuditLine) -> JSONObject {
        let entry = line.recorded.entry
        let name = entry.exchange.map { "exchange:" + $0 } ?? entry.run.map { "run:" + $0 } ?? "store"
        return [
            "what": ["identifier": ["system": "urn:ietf:rfc:3986", "value": .string("urn:pdex:" + name)]],
            "type": Self.coding(Self.terms + "audit-entity-type", "2", "System Object"),
            "role": Self.coding(Self.terms + "object-role", "20", "Job"),
        ]
    }

    /// The entry's place in the trail, so that it can be looked up there and compared.
    private func place(_ line: AuditLine) -> [JSONValue] {
        let entry = line.recorded.entry
        return [
            Self.detail("action", entry.action), Self.detail("exchange", entry.exchange), Self.detail("run", entry.run),
            Self.detail("job", line.exchange?.job), Self.detail("replay-of", line.exchange?.replayOf),
            Self.detail("sequence", "\(line.recorded.sequence)"), Self.detail("hash", line.recorded.hash),
        ].compactMap(\.self)
    }

    private static func detail(_ type: String, _ value: String?) -> JSONValue? {
        guard let value, !value.isEmpty else { return nil }
        return ["type": .string(type), "valueString": .string(value)]
    }
}
