extension JoinBenchmark {
    /// A Patient with a name and a member number, as clinics have it.
    static func patient(_ number: Int, _ id: String) -> String {
        """
        {"resourceType":"Patient","id":"\(id)","meta":{"versionId":"1","lastUpdated":"2026-05-04T09:00:00.000Z"},\
        "identifier":[{"system":"https://clinic0.example/mrn","value":"\(number)"},{"type":{"coding":[{"system":\
        "http://terminology.hl7.org/CodeSystem/v2-0203","code":"MB"}]},"system":"https://med0.example/member-id",\
        "value":"M\(number)"}],"name":[{"family":"Family\(number % 9_973)","given":["Given\(number % 613)"]}],\
        "gender":"\(number.isMultiple(of: 2) ? "female" : "male")","birthDate":\
        "19\(30 + number % 70)-0\(1 + number % 9)-\(10 + number % 18)"}
        """
    }

    /// A visit of about 600 bytes.
    static func visit(_ id: String, of number: Int, _ visit: Int) -> String {
        """
        {"resourceType":"Encounter","id":"\(id)","meta":{"versionId":"1","lastUpdated":"2026-05-04T09:00:00.000Z"},\
        "status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"type":\
        [{"coding":[{"system":"http://snomed.info/sct","code":"308335008","display":"Patient encounter procedure"}]}],\
        "subject":{"reference":"Patient/p\(number)"},"participant":[{"individual":{"reference":\
        "Practitioner/dr-\(number % 50)"}}],"period":{"start":"2026-0\(1 + visit % 5)-1\(visit % 10)T09:00:00-05:00",\
        "end":"2026-0\(1 + visit % 5)-1\(visit % 10)T09:20:00-05:00"},"serviceProvider":{"reference":"Organization/o"}}
        """
    }

    /// The payer's Patients and Coverages, one per line.
    static func payerRecords(_ size: Int) -> String {
        var text = ""
        for number in 0..<size {
            text += patient(number, "m\(number)") + "\n"
            text += """
                {"resourceType":"Coverage","id":"c\(number)","status":"active","subscriberId":"S\(number)","beneficiary":\
                {"reference":"Patient/m\(number)"},"period":{"start":"2020-01-01"},"payor":[{"identifier":{"system":\
                "http://hl7.org/fhir/sid/us-npi","value":"1003000126"}}]}

                """
        }
        return text
    }
}
