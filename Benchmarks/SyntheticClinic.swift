/// NDJSON lines of about 1.2 KB that differ only in ids and numbers.
struct SyntheticClinic {
    /// `count` Observations, twenty per patient.
    static func observations(_ count: Int) -> [[UInt8]] {
        (0..<count).map { index in
            let note = String(repeating: "steady and unremarkable; ", count: 20)
            let text = """
                {"resourceType":"Observation","id":"obs-\(index)","meta":{"versionId":"1","lastUpdated":\
                "2026-05-04T09:00:00.000Z"},"status":"final","category":[{"coding":[{"system":\
                "http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":\
                [{"system":"http://loinc.org","code":"2339-0","display":"Glucose [Mass/volume] in Blood"}],"text":\
                "Glucose"},"subject":{"reference":"Patient/p-\(index / 20)"},"encounter":{"reference":\
                "Encounter/e-\(index / 4)"},"effectiveDateTime":"2026-05-04T09:00:00-05:00","issued":\
                "2026-05-04T10:00:00.000-05:00","performer":[{"reference":"Practitioner/dr-\(index % 50)"}],\
                "valueQuantity":{"value":\(index % 9).\(index % 90 + 10),"unit":"mmol/L","system":\
                "http://unitsofmeasure.org","code":"mmol/L"},"note":[{"text":"\(note)"}]}
                """
            return Array(text.utf8)
        }
    }
}
