import FHIR
import PDex

extension ProvenanceWriter {
    /// `Provenance/id` of a retraction: derived from its content, so that sending it again does not add a second one.
    func retractionLocation(of entries: [RetractionEntry]) -> String {
        let content = entries.map { "\($0.location)#\($0.contentHash)" }.joined(separator: " ")
        return "Provenance/" + identities.derived("retraction", terms.payer.name, content)
    }

    /// The Provenance that says what is taken back, and that this was the clinic's doing (`v3-DataOperation`).
    ///
    /// A deleted resource cannot be a target, since the reference would lead nowhere: it is named as removed, by its
    /// identifier, and the target is the Patient, or the sender if the payer has no Patient.
    func retraction(
        of entries: [RetractionEntry], patient: String?, by transmitter: String, location: String, exchange: String,
        received: Instant
    ) -> JSONValue {
        let kept = entries.filter { $0.bytes != nil }.map(\.location)
        let targets = kept.isEmpty ? [patient ?? transmitter] : kept
        var json =
            provenance(of: targets, by: transmitter, location: location, exchange: exchange, received: received).object
            ?? JSONObject()
        json["activity"] = [
            "coding": [
                [
                    "system": "http://terminology.hl7.org/CodeSystem/v3-DataOperation",
                    "code": kept.isEmpty ? "DELETE" : "NULLIFY",
                ]
            ]
        ]
        let removed = entries.filter { $0.bytes == nil }.map { entry -> JSONValue in
            [
                "role": "removal",
                "what": [
                    "identifier": ["system": .string(terms.clinic.identifierSystem), "value": .string(entry.id)]
                ],
            ]
        }
        json["entity"] = .array((json["entity"]?.elements ?? []) + removed)
        return .object(json)
    }
}
