import FHIR

/// The report, procedure, prescription, dispensing, note and immunization of a visit.
extension ClinicRecord {
    func report(_ id: String, of observation: String, _ visit: Visit) -> String {
        let category = ClinicalCode.hl7("v2-0074", "LAB", "Laboratory")
        let panel = ClinicalCode.loinc("24323-8", "Comprehensive metabolic 2000 panel - Serum or Plasma")
        return head("DiagnosticReport", id, "us-core-diagnosticreport-lab", visit, kind: "report")
            + #""status":"final","category":[\#(category.concept)],"code":\#(panel.concept),\#(context(visit)),"#
            + #""effectiveDateTime":"\#(USCore.local(visit.start))","issued":"\#(visit.end.text)","#
            + #""performer":[{"reference":"Organization/lab0"}],"#
            + #""result":[{"reference":"Observation/\#(observation)"}]}"#
    }

    mutating func procedure(_ id: String, _ visit: Visit) -> String {
        head("Procedure", id, "us-core-procedure", visit, kind: "procedure")
            + #""status":"completed","code":\#(random.pick(ClinicalCodes.procedures).concept),\#(context(visit)),"#
            + #""performedPeriod":\#(visit.period),"#
            + #""performer":[{"actor":{"reference":"Practitioner/prac-\#(visit.practitioner)"}}]}"#
    }

    func prescription(_ id: String, of medication: ClinicalCode, _ visit: Visit) -> String {
        head("MedicationRequest", id, "us-core-medicationrequest", visit, kind: "prescription")
            + #""status":"active","intent":"order","#
            + #""medicationCodeableConcept":\#(medication.concept),\#(context(visit)),"#
            + #""authoredOn":"\#(USCore.local(visit.end))","#
            + #""requester":{"reference":"Practitioner/prac-\#(visit.practitioner)"},"#
            + #""dosageInstruction":[{"text":"Take 1 tablet by mouth once a day"}]}"#
    }

    /// A medication that the clinic's own dispensary hands over.
    func dispensing(_ id: String, of medication: ClinicalCode, for prescription: String, _ visit: Visit) -> String {
        let type = ClinicalCode.hl7("v3-ActCode", "FF", "First Fill")
        return head("MedicationDispense", id, "us-core-medicationdispense", visit, kind: "dispense")
            + #""status":"completed","medicationCodeableConcept":\#(medication.concept),"subject":\#(subject),"#
            + #""context":{"reference":"Encounter/\#(self.id("enc", "\(visit.number)"))"},"#
            + #""performer":[{"actor":{"reference":"Organization/clinic0","display":"Clinic0"}}],"#
            + #""authorizingPrescription":[{"reference":"MedicationRequest/\#(prescription)"}],"#
            + #""type":\#(type.concept),"quantity":{"value":30,"unit":"{tablet}","#
            + #""system":"http://unitsofmeasure.org","code":"{tablet}"},"#
            + #""daysSupply":{"value":30,"unit":"day","system":"http://unitsofmeasure.org","code":"d"},"#
            + #""whenHandedOver":"\#(USCore.local(visit.end))","#
            + #""dosageInstruction":[{"text":"Take 1 tablet by mouth once a day"}]}"#
    }

    func note(_ id: String, _ visit: Visit) -> String {
        let type = ClinicalCode.loinc("11506-3", "Progress note")
        let category = ClinicalCode(
            system: "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
            code: "clinical-note", display: "Clinical Note")
        return head("DocumentReference", id, "us-core-documentreference", visit, kind: "document")
            + #""status":"current","type":\#(type.concept),"category":[\#(category.concept)],"subject":\#(subject),"#
            + #""date":"\#(visit.end.text)","author":[{"reference":"Practitioner/prac-\#(visit.practitioner)"}],"#
            + #""content":[{"attachment":{"contentType":"text/plain; charset=utf-8","data":"\#(Self.noteText)","#
            + #""title":"Progress note"}}],"context":{"encounter":[{"reference":"Encounter/"#
            + #"\#(self.id("enc", "\(visit.number)"))"}],"period":\#(visit.period)}}"#
    }

    mutating func immunization(_ id: String, _ visit: Visit) -> String {
        head("Immunization", id, "us-core-immunization", visit, kind: "immunization")
            + #""status":"completed","vaccineCode":\#(random.pick(ClinicalCodes.vaccines).concept),"#
            + #""patient":\#(subject),"#
            + #""encounter":{"reference":"Encounter/\#(self.id("enc", "\(visit.number)"))"},"#
            + #""occurrenceDateTime":"\#(USCore.local(visit.start))","primarySource":true}"#
    }

    /// "The patient feels well. Advice was given; a follow-up visit is not needed." in base64.
    private static let noteText =
        "VGhlIHBhdGllbnQgZmVlbHMgd2VsbC4gQWR2aWNlIHdhcyBnaXZlbjsgYSBmb2xsb3ctdXAgdmlzaXQgaXMgbm90IG5lZWRlZC4="
}
