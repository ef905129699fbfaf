import FHIR
import FHIRPath
import Mappings

/// What US Core 6.1.0 requires of an instance of each profile: elements with a minimum of one, and invariants.
struct MandatoryElements {
    private static let texts = [
        "patient": "identifier.exists() and identifier.all(system.exists() and value.exists()) and name.exists() "
            + "and gender.exists() and telecom.all(system.exists() and value.exists())",
        "encounter": "status.exists() and class.exists() and type.exists() and subject.exists()",
        "condition-problems-health-concerns": "category.exists() and code.exists() and subject.exists()",
        "condition-encounter-diagnosis":
            "category.coding.exists(code = 'encounter-diagnosis') and code.exists() and subject.exists()",
        "smokingstatus": "status.exists() and category.exists() and code.exists() and subject.exists() "
            + "and effective.ofType(dateTime).exists() and value.exists()",
        "observation-lab": Self.result + " and category.coding.exists(code = 'laboratory')",
        "vital-signs": Self.result + " and category.coding.exists(code = 'vital-signs') and effective.exists()",
        "observation-screening-assessment": Self.result + " and category.coding.exists(code = 'survey')",
        "observation-clinical-result": Self.result + " and category.exists()",
        "simple-observation": "status.exists() and category.exists() and code.exists() and subject.exists()",
        "procedure": "status.exists() and code.exists() and subject.exists() "
            + "and (status = 'completed' implies performed.exists())",
        "medicationrequest": "status.exists() and intent.exists() and medication.exists() and subject.exists() "
            + "and (intent = 'order' implies requester.exists())",
        "medication": "code.exists()",
        "immunization": "status.exists() and vaccineCode.exists() and patient.exists() and occurrence.exists()",
        "diagnosticreport-lab": "status.exists() and category.exists() and code.exists() and subject.exists() "
            + "and (status = 'final' implies (effective.exists() and issued.exists()))",
        "diagnosticreport-note": "status.exists() and category.exists() and code.exists() and subject.exists() "
            + "and (status = 'final' implies effective.exists())",
        "documentreference": "status.exists() and type.coding.exists() and category.exists() and subject.exists() "
            + "and content.exists() and content.all(attachment.url.exists() or attachment.data.exists())",
        "allergyintolerance": "clinicalStatus.exists() and code.exists() and patient.exists()",
        "practitioner": "identifier.exists() and name.exists() and name.all(family.exists())",
        "practitionerrole": "telecom.exists() or endpoint.exists()",
        "organization": "active.exists() and name.exists()",
        "location": "name.exists()",
        "relatedperson": "active.exists() and patient.exists() and (name.exists() or relationship.exists())",
        "observation-occupation": Self.answer, "observation-pregnancystatus": Self.dated,
        "observation-pregnancyintent": Self.dated,
        "observation-sexual-orientation": Self.result + " and code.coding.exists(code = '76690-7')",
        "careplan": "status.exists() and intent.exists() and subject.exists() "
            + "and category.coding.exists(code = 'assess-plan')",
        "careteam": "subject.exists() and participant.exists() "
            + "and participant.all(role.count() = 1 and member.exists())",
        "goal": "lifecycleStatus.exists() and description.exists() and subject.exists()",
        "implantable-device": "type.exists() and patient.exists() and udiCarrier.count() < 2 "
            + "and udiCarrier.all(deviceIdentifier.exists())",
        "servicerequest": "status.exists() and intent.exists() and code.exists() and subject.exists()",
        "specimen": "type.exists()",
        "coverage": "status.exists() and beneficiary.exists() and relationship.exists() and payor.count() = 1 "
            + "and (subscriberId.exists() or identifier.type.coding.exists(code = 'MB'))",
        "medicationdispense": "status.exists() and medication.exists() and subject.exists() "
            + "and (status = 'completed' implies whenHandedOver.exists())",
        "provenance": "target.exists() and recorded.exists() and agent.exists() and agent.all(who.exists() "
            + "and (who.reference.contains('Practitioner/') implies onBehalfOf.exists()))",
    ]

    /// The vital signs that have a profile of their own, by the LOINC code that they need.
    private static let vitalSigns = [
        "blood-pressure": "85354-9", "bmi": "39156-5", "body-height": "8302-2", "body-temperature": "8310-5",
        "body-weight": "29463-7", "head-circumference": "9843-4", "heart-rate": "8867-4",
        "respiratory-rate": "9279-1", "pulse-oximetry": "2708-6", "pediatric-bmi-for-age": "59576-9",
        "head-occipital-frontal-circumference-percentile": "8289-1", "pediatric-weight-for-height": "77606-2",
    ].mapValues { code in
        Self.result + " and category.coding.exists(code = 'vital-signs') and effective.exists() "
            + "and code.coding.exists(code = '\(code)') "
            + "and value.ofType(Quantity).all(value.exists() and unit.exists() and system = %ucum and code.exists())"
    }

    private static let answer =
        "status.exists() and code.exists() and subject.exists() "
        + "and category.coding.exists(code = 'social-history') and value.ofType(CodeableConcept).exists()"
    private static let dated = Self.answer + " and effective.ofType(dateTime).exists()"
    private static let result =
        "status.exists() and code.exists() and subject.exists() and ((component.empty() "
        + "and hasMember.empty()) implies (value.exists() or dataAbsentReason.exists()))"

    private let demands: [String: PathExpression]

    init() throws {
        demands = try Self.texts.merging(Self.vitalSigns) { first, _ in first }.mapValues { try PathExpression($0) }
    }

    /// Whether a mapped resource meets the profile it claims; one that was not mapped or claims none does.
    func hold(of outcome: MappingOutcome) throws -> Bool {
        guard case .mapped(let resource, _, _) = outcome, let claim = resource["meta"]?["profile"]?[0]?.string else {
            return true
        }
        let name = String(claim.split(separator: "/").last?.prefix { $0 != "|" } ?? "")
        guard let demand = demands[name.replacing("us-core-", with: "")] else { return false }
        return try demand.isTrue(resource)
    }
}
