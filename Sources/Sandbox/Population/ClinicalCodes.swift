/// Codes for what the invented clinic sees, measures, gives and prescribes.
enum ClinicalCodes {
    static let visits: [ClinicalCode] = [
        .snomed("185349003", "Encounter for check up"), .snomed("185345009", "Encounter for symptom"),
        .snomed("390906007", "Follow-up encounter"), .snomed("185347001", "Encounter for problem"),
    ]

    static let diagnoses: [ClinicalCode] = [
        .snomed("195662009", "Acute viral pharyngitis"), .snomed("444814009", "Viral sinusitis"),
        .snomed("10509002", "Acute bronchitis"), .snomed("44465007", "Sprain of ankle"),
        .snomed("279039007", "Low back pain"), .snomed("25064002", "Headache"),
        .snomed("68566005", "Urinary tract infectious disease"), .snomed("367498001", "Seasonal allergic rhinitis"),
    ]

    static let problems: [ClinicalCode] = [
        .snomed("59621000", "Essential hypertension"), .snomed("44054006", "Diabetes mellitus type 2"),
        .snomed("55822004", "Hyperlipidemia"), .snomed("195967001", "Asthma"),
        .snomed("239873007", "Osteoarthritis of knee"), .snomed("40930008", "Hypothyroidism"),
    ]

    static let procedures: [ClinicalCode] = [
        .snomed("5880005", "Physical examination procedure"), .snomed("171207006", "Depression screening"),
        .snomed("415300000", "Review of systems"), .snomed("29303009", "Electrocardiographic procedure"),
        .snomed("76601001", "Intramuscular injection"),
    ]

    static let medications: [ClinicalCode] = [
        .rxNorm("314076", "lisinopril 10 MG Oral Tablet"),
        .rxNorm("860975", "metformin 500 MG Extended Release Tablet"),
        .rxNorm("617312", "atorvastatin 20 MG Oral Tablet"), .rxNorm("308182", "amoxicillin 250 MG Oral Capsule"),
        .rxNorm("313782", "acetaminophen 325 MG Oral Tablet"),
    ]

    static let allergies: [ClinicalCode] = [
        .snomed("91936005", "Allergy to penicillin"), .snomed("91935009", "Allergy to peanut"),
        .snomed("300913006", "Shellfish allergy"), .snomed("294505008", "Allergy to amoxicillin"),
    ]

    static let vaccines: [ClinicalCode] = [
        ClinicalCode(system: "http://hl7.org/fhir/sid/cvx", code: "140", display: "Influenza, seasonal, injectable"),
        ClinicalCode(system: "http://hl7.org/fhir/sid/cvx", code: "113", display: "Td (adult), 5 Lf tetanus toxoid"),
        ClinicalCode(system: "http://hl7.org/fhir/sid/cvx", code: "187", display: "zoster recombinant"),
    ]

    /// A kind of measurement: with its unit, and the lowest and highest value in hundredths.
    struct Measurement: Sendable {
        let code: ClinicalCode
        let unit: String
        let range: ClosedRange<Int>
        var isLab = true
    }

    static let labs: [Measurement] = [
        .init(code: .loinc("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"), unit: "%", range: 480...920),
        .init(code: .loinc("2339-0", "Glucose [Mass/volume] in Blood"), unit: "mg/dL", range: 7_000...18_000),
        .init(
            code: .loinc("13457-7", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation"),
            unit: "mg/dL", range: 6_000...19_000),
        .init(code: .loinc("2160-0", "Creatinine [Mass/volume] in Serum or Plasma"), unit: "mg/dL", range: 60...140),
    ]

    static let vitals: [Measurement] = [
        .init(code: .loinc("8867-4", "Heart rate"), unit: "/min", range: 5_500...9_800, isLab: false),
        .init(code: .loinc("29463-7", "Body weight"), unit: "kg", range: 4_800...11_500, isLab: false),
        .init(code: .loinc("8302-2", "Body height"), unit: "cm", range: 15_000...19_500, isLab: false),
        .init(code: .loinc("8310-5", "Body temperature"), unit: "Cel", range: 3_600...3_850, isLab: false),
    ]
}
