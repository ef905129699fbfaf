import FHIR
import Mappings
import PDex

/// Writes the Provenance of one part: who authored, who transmitted, from which format (PDex §127, PV-01 … PV-12).
struct ProvenanceWriter: Sendable {
    /// The mapping set that made what is sent.
    struct Mapping: Sendable {
        /// The set's name.
        let name: String
        /// SHA-256 over everything that determines a result, in hexadecimal.
        let hash: String

        /// The plan that a Provenance says was followed.
        var policy: String { Self.prefix + name + ":" + hash }
        /// The prefix of the policies in our own Provenance.
        static let prefix = "urn:pdex:mapping:"
    }

    let terms: ExchangeTerms
    let identities: Identities
    let mapping: Mapping
    /// The clinic as an Organization from the configuration, mapped by the mapping set.
    let organization: JSONValue

    init(terms: ExchangeTerms, identities: Identities, map: MapResources) {
        self.terms = terms
        self.identities = identities
        mapping = Mapping(name: map.mappings.name, hash: map.mappings.hash)
        organization = map.mapped(own: Self.organization(terms.clinic, identities))
    }

    /// The clinic's own Organization among its staged ones, if exactly one has its NPI (one identity once).
    func stagedOrganization(_ reader: any StoreReader) throws -> ResourceKey? {
        let identifier = identities.identifierKey(
            source: terms.clinic.name, type: "Organization", system: "http://hl7.org/fhir/sid/us-npi",
            value: terms.clinic.npi)
        let found = try reader.resources(identifiedBy: identifier)
        return found.count == 1 ? found.first : nil
    }

    /// `Organization/id` at the payer of the transmitter made from the configuration.
    var organizationLocation: String { "Organization/" + Self.organizationID(terms.clinic, identities) }

    private static func organizationID(_ clinic: Party, _ identities: Identities) -> String {
        identities.payerID(source: clinic.identifierSystem, type: "Organization", id: "npi|" + clinic.npi)
    }

    /// The clinic as the configuration describes it.
    private static func organization(_ clinic: Party, _ identities: Identities) -> JSONValue {
        [
            "resourceType": "Organization", "id": .string(organizationID(clinic, identities)),
            "identifier": [["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(clinic.npi)]],
            "active": true,
            "name": .string(clinic.organization),
        ]
    }

    /// `Provenance/id`: derived from its targets, so that sending the same again does not add a second one (WR-11).
    func location(of targets: [GraphNode]) -> String {
        let content = targets.map { "\($0.location)#\($0.contentHash)" }.joined(separator: " ")
        return "Provenance/" + identities.derived("provenance", terms.payer.name, mapping.hash, content)
    }

    /// The Provenance that names every resource of the part, and says who sends it.
    ///
    /// If a payer gets no origins, the clinic is named as author here.
    func provenance(
        of targets: [String], by transmitter: String, location: String, exchange: String, received: Instant
    ) -> JSONValue {
        let who: JSONValue = ["reference": .string(transmitter)]
        var json = head(location, targets: targets, received: received)
        json["agent"] = .array(
            (terms.provenance.detail == .exchange ? [agent(.author, who)] : []) + [agent(.transmitter, who)])
        json["entity"] = [
            [
                "extension": [Self.sourceFormat],
                "role": "source",
                "what": [
                    "identifier": [
                        "system": "urn:ietf:rfc:3986", "value": .string("urn:pdex:exchange:" + exchange),
                    ],
                    "display": .string("FHIR R4 of \(terms.clinic.organization)"),
                ],
            ]
        ]
        return .object(json)
    }

    /// The beginning of all our Provenance: its profile, its targets, and the mappings that made them.
    func head(_ location: String, targets: [String], received: Instant) -> JSONObject {
        let profile = "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/pdex-provenance"
        return [
            "resourceType": "Provenance",
            "id": .string(String(location.dropFirst("Provenance/".count))),
            "meta": ["profile": [.string(profile + (terms.provenance.version.map { "|" + $0.rawValue } ?? ""))]],
            "target": .array(targets.map { ["reference": .string($0)] }),
            "recorded": .string(received.text),
            "policy": [.string(mapping.policy)],
        ]
    }

    /// PV-09, PV-10: the source format is FHIR R4.
    static let sourceFormat: JSONValue = [
        "url": "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/ProvenanceSourceFrom",
        "valueCodeableConcept": [
            "coding": [
                [
                    "system": "http://hl7.org/fhir/us/davinci-pdex/CodeSystem/ProvenancePayerDataSource",
                    "code": "hl7fhirr4",
                ]
            ]
        ],
    ]

    /// An agent in a role, and the party for whom they act (PV-04 … PV-07).
    func agent(_ role: AgentRole, _ who: JSONValue, for principal: JSONValue? = nil) -> JSONValue {
        var agent: JSONObject = [
            "type": ["coding": [["system": .string(role.system), "code": .string(role.rawValue)]]], "who": who,
        ]
        agent["onBehalfOf"] = principal
        return .object(agent)
    }
}
