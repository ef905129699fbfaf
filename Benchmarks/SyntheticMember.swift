/// One patient's record in the form that Synthea writes: a Patient, and visits with findings, procedures and drugs.
struct SyntheticMember {
    /// Visits per member.
    static let visits = 5
    private static let hl7 = "http://terminology.hl7.org/CodeSystem"

    let number: Int

    /// The resources as JSON text, the Patient first.
    var resources: [String] {
        [patient]
            + (0..<Self.visits).flatMap { visit in
                [encounter(visit), condition(visit)] + (0..<5).map { observation(visit, $0) }
                    + [prescription(visit), procedure(visit), report(visit), immunization(visit), provenance(visit)]
            }
    }

    /// The resources that all members share: practitioners, a location and an organization.
    static var shared: [String] {
        let organization = #"""
            {"resourceType":"Organization","id":"o","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":\#
            "1679576722"}],"active":true,"name":"Clinic0","telecom":[{"system":"phone","value":"555-0100"}]}
            """#
        let location = #"""
            {"resourceType":"Location","id":"l","identifier":[{"system":"https://clinic0.example/location","value":"1"}],\#
            "status":"active","name":"Room 1","managingOrganization":{"reference":"Organization/o"}}
            """#
        return [organization, location]
            + (0..<50).map { number in
                #"""
                {"resourceType":"Practitioner","id":"dr-\#(number)","identifier":[{"system":\#
                "http://hl7.org/fhir/sid/us-npi","value":"1245319599"}],"active":true,"name":[{"family":"Hale",\#
                "given":["Imani"],"prefix":["Dr."]}],"gender":"female"}
                """#
            }
    }

    private var patient: String {
        #"""
        {"resourceType":"Patient","id":"p\#(number)","meta":{"versionId":"1","lastUpdated":\#
        "2026-05-04T09:00:00.000Z","profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"]},\#
        "extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":\#
        "ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3","display":"White"}},\#
        {"url":"text","valueString":"White"}]},{"url":\#
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"}],"identifier":[{"type":\#
        {"coding":[{"system":"\#(Self.hl7)/v2-0203","code":"MR"}]},"system":"https://clinic0.example/mrn","value":\#
        "\#(number)"},{"type":{"coding":[{"system":"\#(Self.hl7)/v2-0203","code":"MB"}]},"system":\#
        "https://med0.example/member-id","value":"M\#(number)"}],"name":[{"use":"official","family":\#
        "Family\#(number % 9_973)","given":["Given\#(number % 613)"]}],"telecom":[{"system":"phone","value":\#
        "555-0100","use":"home"}],"gender":"\#(number.isMultiple(of: 2) ? "female" : "male")","birthDate":\#
        "19\#(30 + number % 70)-0\#(1 + number % 9)-\#(10 + number % 18)","address":[{"line":["12 Elm St"],"city":\#
        "Springfield","state":"IL","postalCode":"62701","country":"US"}],"maritalStatus":{"coding":[{"system":\#
        "\#(Self.hl7)/v3-MaritalStatus","code":"M","display":"Married"}],"text":"Married"},"communication":[{\#
        "language":{"coding":[{"system":"urn:ietf:bcp:47","code":"en-US","display":"English"}],"text":"English"}}]}
        """#
    }

    private func encounter(_ visit: Int) -> String {
        #"""
        {\#(head("Encounter", "e", visit)),"status":"finished","class":{"system":"\#(Self.hl7)/v3-ActCode","code":\#
        "AMB"},"type":[{"coding":[{"system":"http://snomed.info/sct","code":"308335008","display":\#
        "Patient encounter procedure"}],"text":"Patient encounter procedure"}],"subject":{"reference":\#
        "Patient/p\#(number)","display":"Somebody"},"participant":[{"type":[{"coding":[{"system":\#
        "\#(Self.hl7)/v3-ParticipationType","code":"PPRF","display":"primary performer"}],"text":\#
        "primary performer"}],"period":\#(period(visit)),"individual":{"reference":"Practitioner/dr-\#(doctor)",\#
        "display":"Dr. Imani Hale"}}],"period":\#(period(visit)),"location":[{"location":{"reference":"Location/l",\#
        "display":"Room 1"}}],"serviceProvider":{"reference":"Organization/o","display":"Clinic0"}}
        """#
    }

    private func condition(_ visit: Int) -> String {
        #"""
        {\#(head("Condition", "c", visit)),"clinicalStatus":{"coding":[{"system":"\#(Self.hl7)/condition-clinical",\#
        "code":"resolved"}]},"verificationStatus":{"coding":[{"system":"\#(Self.hl7)/condition-ver-status","code":\#
        "confirmed"}]},"category":[{"coding":[{"system":"\#(Self.hl7)/condition-category","code":\#
        "encounter-diagnosis","display":"Encounter Diagnosis"}]}],"code":{"coding":[{"system":\#
        "http://snomed.info/sct","code":"444814009","display":"Viral sinusitis (disorder)"}],"text":\#
        "Viral sinusitis (disorder)"},\#(context(visit)),"onsetDateTime":"\#(day(visit))T09:00:00-05:00",\#
        "abatementDateTime":"\#(day(visit))T09:20:00-05:00","recordedDate":"\#(day(visit))T09:00:00-05:00"}
        """#
    }

    private func observation(_ visit: Int, _ item: Int) -> String {
        let isLab = item < 3
        return #"""
            {\#(head("Observation", "o\(item)-", visit)),"status":"final","category":[{"coding":[{"system":\#
            "\#(Self.hl7)/observation-category","code":"\#(isLab ? "laboratory" : "vital-signs")","display":\#
            "\#(isLab ? "Laboratory" : "Vital signs")"}]}],"code":{"coding":[{"system":"http://loinc.org","code":\#
            "\#(isLab ? "2339-0" : "29463-7")","display":"\#(isLab ? "Glucose" : "Body Weight")"}],"text":\#
            "\#(isLab ? "Glucose" : "Body Weight")"},\#(context(visit)),"effectiveDateTime":\#
            "\#(day(visit))T09:00:00-05:00","issued":"\#(day(visit))T09:00:00.000-05:00","valueQuantity":{"value":\#
            \#(number % 90 + 10).\#(item)0,"unit":"\#(isLab ? "mg/dL" : "kg")","system":\#
            "http://unitsofmeasure.org","code":"\#(isLab ? "mg/dL" : "kg")"}}
            """#
    }

    private func prescription(_ visit: Int) -> String {
        #"""
        {\#(head("MedicationRequest", "m", visit)),"status":"stopped","intent":"order","medicationCodeableConcept":{\#
        "coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"313782","display":\#
        "Acetaminophen 325 MG Oral Tablet"}],"text":"Acetaminophen 325 MG Oral Tablet"},\#(context(visit)),\#
        "authoredOn":"\#(day(visit))T09:10:00-05:00","requester":{"reference":"Practitioner/dr-\#(doctor)",\#
        "display":"Dr. Imani Hale"},"reasonReference":[{"reference":"Condition/c\#(number)-\#(visit)"}],\#
        "dosageInstruction":[{"sequence":1,"asNeededBoolean":true,"text":"As needed"}]}
        """#
    }

    private func procedure(_ visit: Int) -> String {
        #"""
        {\#(head("Procedure", "pr", visit)),"status":"completed","code":{"coding":[{"system":\#
        "http://snomed.info/sct","code":"430193006","display":"Medication Reconciliation (procedure)"}],"text":\#
        "Medication Reconciliation (procedure)"},\#(context(visit)),"performedPeriod":\#(period(visit)),"location":{\#
        "reference":"Location/l","display":"Room 1"},"reasonReference":[{"reference":\#
        "Condition/c\#(number)-\#(visit)","display":"Viral sinusitis (disorder)"}]}
        """#
    }

    private func report(_ visit: Int) -> String {
        let results = (0..<3).map { #"{"reference":"Observation/o\#($0)-\#(number)-\#(visit)","display":"Glucose"}"# }
        return #"""
            {\#(head("DiagnosticReport", "d", visit)),"status":"final","category":[{"coding":[{"system":\#
            "\#(Self.hl7)/v2-0074","code":"LAB","display":"Laboratory"}]}],"code":{"coding":[{"system":\#
            "http://loinc.org","code":"51990-0","display":"Basic Metabolic Panel"}],"text":"Basic Metabolic Panel"},\#
            \#(context(visit)),"effectiveDateTime":"\#(day(visit))T09:00:00-05:00","issued":\#
            "\#(day(visit))T09:00:00.000-05:00","performer":[{"reference":"Organization/o","display":"Clinic0"}],\#
            "result":[\#(results.joined(separator: ","))]}
            """#
    }

    private func immunization(_ visit: Int) -> String {
        #"""
        {\#(head("Immunization", "i", visit)),"status":"completed","vaccineCode":{"coding":[{"system":\#
        "http://hl7.org/fhir/sid/cvx","code":"140","display":"Influenza, seasonal, injectable"}],"text":\#
        "Influenza, seasonal, injectable"},"patient":{"reference":"Patient/p\#(number)"},"encounter":{"reference":\#
        "Encounter/e\#(number)-\#(visit)"},"occurrenceDateTime":"\#(day(visit))T09:00:00-05:00","primarySource":\#
        true,"location":{"reference":"Location/l","display":"Room 1"}}
        """#
    }

    private func provenance(_ visit: Int) -> String {
        let targets = ["Encounter/e", "Condition/c", "MedicationRequest/m", "Procedure/pr", "DiagnosticReport/d"]
            .map { #"{"reference":"\#($0)\#(number)-\#(visit)"}"# }
        return #"""
            {\#(head("Provenance", "pv", visit)),"target":[\#(targets.joined(separator: ","))],"recorded":\#
            "\#(day(visit))T09:30:00.000-05:00","agent":[{"type":{"coding":[{"system":\#
            "\#(Self.hl7)/provenance-participant-type","code":"author","display":"Author"}],"text":"Author"},"who":{\#
            "reference":"Practitioner/dr-\#(doctor)","display":"Dr. Imani Hale"},"onBehalfOf":{"reference":\#
            "Organization/o","display":"Clinic0"}}]}
            """#
    }

    private var doctor: Int { number % 50 }

    private func head(_ type: String, _ kind: String, _ visit: Int) -> String {
        #"""
        "resourceType":"\#(type)","id":"\#(kind)\#(number)-\#(visit)","meta":{"versionId":"1","lastUpdated":\#
        "2026-05-04T09:00:00.000Z"}
        """#
    }

    private func context(_ visit: Int) -> String {
        #""subject":{"reference":"Patient/p\#(number)"},"encounter":{"reference":"Encounter/e\#(number)-\#(visit)"}"#
    }

    private func day(_ visit: Int) -> String { "2026-0\(1 + visit % 5)-1\(visit % 10)" }

    private func period(_ visit: Int) -> String {
        #"{"start":"\#(day(visit))T09:00:00-05:00","end":"\#(day(visit))T09:20:00-05:00"}"#
    }
}
