import FHIR
import PDex

/// Writes the Provenance of one part: who authored, who transmitted, from which format (PDex §127, PV-01 … PV-12).
struct ProvenanceWriter: Sendable {
    let terms: ExchangeTerms
    let identities: Identities
    let mappingHash: String

    /// The clinic's own Organization among what it serves, when exactly one carries its NPI (one identity once).
    func stagedOrganization(_ reader: any StoreReader) throws -> ResourceKey? {
        let identifier = identities.identifierKey(
            source: terms.clinic.name, type: "Organization", system: "http://hl7.org/fhir/sid/us-npi",
            value: terms.clinic.npi)
        let found = try reader.resources(identifiedBy: identifier)
        return found.count == 1 ? found.first : nil
    }

    /// `Organization/id` at the payer of the transmitter that is made from the configuration.
    var organizationLocation: String {
        "Organization/"
            + identities.payerID(
                source: terms.clinic.identifierSystem, type: "Organization", id: "npi|" + terms.clinic.npi)
    }

    /// The clinic as US Core Organization, from the configuration.
    var organization: JSONValue {
        [
            "resourceType": "Organization",
            "id": .string(String(organizationLocation.dropFirst("Organization/".count))),
            "meta": ["profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-organization|6.1.0"]],
            "identifier": [["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(terms.clinic.npi)]],
            "active": true,
            "name": .string(terms.clinic.organization),
        ]
    }

    /// `Provenance/id`: derived from what it speaks of, so that sending the same again adds no second one (WR-11).
    func location(of targets: [GraphNode]) -> String {
        let content = targets.map { "\($0.location)#\($0.contentHash)" }.joined(separator: " ")
        return "Provenance/" + identities.derived("provenance", terms.payer.name, mappingHash, content)
    }

    /// The Provenance that names every resource of the part, and says who sends it.
    func provenance(
        of targets: [String], by transmitter: String, location: String, exchange: String, received: Instant
    ) -> JSONValue {
        let references = targets.map { location -> JSONValue in ["reference": .string(location)] }
        let who: JSONValue = ["reference": .string(transmitter)]
        return [
            "resourceType": "Provenance",
            "id": .string(String(location.dropFirst("Provenance/".count))),
            "meta": ["profile": ["http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/pdex-provenance"]],
            "target": .array(references),
            "recorded": .string(received.text),
            "agent": [
                agent("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "author", who),
                agent("http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type", "transmitter", who),
            ],
            "entity": [
                [
                    "extension": [sourceFormat],
                    "role": "source",
                    "what": [
                        "identifier": [
                            "system": "urn:ietf:rfc:3986", "value": .string("urn:pdex:exchange:" + exchange),
                        ],
                        "display": .string(
                            "FHIR R4 of \(terms.clinic.organization), mapping \(mappingHash.prefix(12))"),
                    ],
                ]
            ],
        ]
    }

    /// PV-09, PV-10: what we read was FHIR R4.
    private var sourceFormat: JSONValue {
        [
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
    }

    private func agent(_ system: String, _ code: String, _ who: JSONValue) -> JSONValue {
        ["type": ["coding": [["system": .string(system), "code": .string(code)]]], "who": who]
    }
}
