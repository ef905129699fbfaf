/// A code of a terminology with its display.
struct ClinicalCode: Sendable {
    let system: String
    let code: String
    let display: String

    static func snomed(_ code: String, _ display: String) -> ClinicalCode {
        ClinicalCode(system: "http://snomed.info/sct", code: code, display: display)
    }

    static func loinc(_ code: String, _ display: String) -> ClinicalCode {
        ClinicalCode(system: "http://loinc.org", code: code, display: display)
    }

    static func rxNorm(_ code: String, _ display: String) -> ClinicalCode {
        ClinicalCode(system: "http://www.nlm.nih.gov/research/umls/rxnorm", code: code, display: display)
    }

    /// A code of HL7 terminology, by the last part of its system's URL.
    static func hl7(_ name: String, _ code: String, _ display: String) -> ClinicalCode {
        ClinicalCode(system: "http://terminology.hl7.org/CodeSystem/\(name)", code: code, display: display)
    }

    /// `Coding` as JSON text.
    var coding: String {
        #"{"system":"\#(system)","code":"\#(code)","display":"\#(display)"}"#
    }

    /// `CodeableConcept` with this one coding as JSON text.
    var concept: String {
        #"{"coding":[\#(coding)],"text":"\#(display)"}"#
    }
}
