import FHIR
import PDex

extension AuditEventWriter {
    /// Who took part: the process or person that acted and, for disclosures and deliveries, the clinic and the payer.
    func agents(_ line: AuditLine, _ kind: AuditKind) -> [JSONValue] {
        let doer = doer(line.recorded.entry.actor)
        guard let exchange = line.exchange else {
            return kind.isDecision ? deciding(line, clinic: nil, payer: line.person?.source ?? "") : [doer]
        }
        switch kind {
        case .decision: return deciding(line, clinic: exchange.clinic, payer: exchange.payer)
        case .disclosure, .delivery:
            return sending(line, exchange, isDisclosure: kind == .disclosure) + [doer]
        default: return [doer]
        }
    }

    /// AU-07: who asks, on whose behalf, for which organization, and who decided.
    private func deciding(_ line: AuditLine, clinic: String?, payer: String) -> [JSONValue] {
        let actor = line.recorded.entry.actor
        var client: JSONObject = [
            "type": Self.concept(Self.dicom, "110150"), "who": Self.process(actor), "requestor": false,
        ]
        client["network"] = Self.network(actor)
        let asking = clinic.map(organization) ?? Self.service
        return [
            .object(client),
            [
                "type": Self.concept(Self.terms + "v3-ParticipationType", "IRCP"), "who": organization(payer),
                "requestor": true,
            ],
            [
                "type": Self.concept(Self.terms + "v3-RoleClass", "PROV"), "who": asking,
                "requestor": false,
            ],
            [
                "type": Self.concept(Self.terms + "extra-security-role-type", "authserver"), "who": Self.service,
                "requestor": false,
            ],
        ]
    }

    /// AU-03, AU-08: the sender, the recipient, the custodian, and who authorized it.
    private func sending(_ line: AuditLine, _ exchange: Exchange, isDisclosure: Bool) -> [JSONValue] {
        var source: JSONObject = [
            "type": Self.concept(Self.dicom, "110153"), "who": Self.service, "requestor": false,
        ]
        source["network"] = Self.network(line.recorded.entry.actor)
        var recipient: JSONObject = [
            "type": Self.concept(Self.dicom, "110152"), "who": organization(exchange.payer), "requestor": false,
        ]
        if let base = parties[exchange.payer]?.base {
            recipient["network"] = ["address": .string(base), "type": "5"]
        }
        let custodian: JSONValue = [
            "type": Self.concept("http://snomed.info/sct", "159541003"), "who": organization(exchange.clinic),
            "requestor": false,
        ]
        guard isDisclosure else { return [.object(source), .object(recipient)] }
        guard let person = line.person, exchange.consent?.consent != nil else {
            return [.object(source), .object(recipient), custodian]
        }
        let authorizer: JSONValue = [
            "type": Self.concept("http://snomed.info/sct", "429577009"), "who": reference(person),
            "requestor": false,
        ]
        return [.object(source), .object(recipient), custodian, authorizer]
    }

    /// The actor: a worker by the name under which it holds claims, or an operator or token by its name.
    private func doer(_ actor: String) -> JSONValue {
        let isService = Self.isService(actor)
        return [
            "type": Self.concept(Self.terms + "extra-security-role-type", isService ? "dataprocessor" : "humanuser"),
            "who": Self.process(actor), "altId": .string(actor), "requestor": .bool(!isService),
        ]
    }

    /// Whether an actor is `service` or a process, `host/pid/ticks`.
    private static func isService(_ actor: String) -> Bool {
        actor == "service" || actor.split(separator: "/", omittingEmptySubsequences: false).count == 3
    }

    private static func process(_ actor: String) -> JSONValue {
        ["identifier": ["system": "urn:pdex:actor", "value": .string(actor)]]
    }

    /// The host of a process's name; for an actor whose name has no host, the name itself.
    private static func network(_ actor: String) -> JSONValue {
        let host = actor.split(separator: "/", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        return ["address": .string(host.isEmpty ? "localhost" : host), "type": "1"]
    }

    private func organization(_ name: String) -> JSONValue {
        guard let party = parties[name] else { return ["display": .string(name)] }
        return [
            "identifier": ["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(party.npi)],
            "display": .string(party.organization),
        ]
    }
}
