public import FHIR

/// A question to a payer: who is this? The Parameters of HRex `$member-match` (MM-01), whose references stay within
/// them (MM-03).
public struct MemberMatchQuestion: Sendable, Hashable {
    /// Who is asked about (`MemberPatient`); it has an id.
    public let patient: Resource
    /// The coverage that the payer should recognise (`CoverageToMatch`).
    public let coverage: Resource
    /// The coverage of the party that asks (`CoverageToLink`): payers have one, clinics do not (MM-02).
    public let coverageToLink: Resource?
    /// The member's consent (`Consent`).
    public let consent: Resource?

    /// Ties the parts to the patient: whoever they referred to, they now refer to `Patient/[id]`.
    public init(patient: Resource, coverage: Resource, coverageToLink: Resource? = nil, consent: Resource? = nil) {
        let reference: JSONValue = ["reference": .string("Patient/" + (patient.id ?? ""))]
        func tied(_ part: Resource, by element: String) -> Resource {
            var part = part
            part.json[element] = reference
            return part
        }
        self.patient = patient
        self.coverage = tied(coverage, by: "beneficiary")
        self.coverageToLink = coverageToLink.map { tied($0, by: "beneficiary") }
        self.consent = consent.map { tied($0, by: "patient") }
    }

    /// The parts by their names, in the order of the profile.
    public var parts: [(name: String, resource: Resource)] {
        let all: [(String, Resource?)] = [
            ("MemberPatient", patient), ("CoverageToMatch", coverage), ("CoverageToLink", coverageToLink),
            ("Consent", consent),
        ]
        return all.compactMap { name, resource in resource.map { (name, $0) } }
    }

    /// The question as it is sent.
    public var parameters: JSONValue {
        [
            "resourceType": "Parameters",
            "meta": [
                "profile": [
                    "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition/hrex-parameters-member-match-in"
                ]
            ],
            "parameter": .array(
                parts.map { ["name": .string($0.name), "resource": .object($0.resource.json)] }),
        ]
    }
}
