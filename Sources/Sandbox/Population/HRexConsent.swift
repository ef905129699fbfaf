import FHIR
import PDex

/// A Consent as HRex 1.2.0 profiles it: a member permits Clinic0 to disclose to Med0 what is not sensitive, or, the
/// other way round, Med0 to disclose to Clinic0.
struct HRexConsent {
    let id: String
    let patientID: String
    let status: String
    /// First day of the permission.
    let start: String
    /// Last day of the permission.
    let end: String
    let lastUpdated: Instant
    /// Whether it is Med0 that may disclose, to Clinic0.
    var isForTheClinic = false

    private static let profile = "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition/hrex-consent"
    private static let policy = "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#regular"

    /// The resource as JSON text.
    var text: String {
        #"{"resourceType":"Consent","id":"\#(id)","meta":{"versionId":"1","lastUpdated":"\#(lastUpdated.text)","#
            + #""profile":["\#(Self.profile)"]},"status":"\#(status)","#
            + #""scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","#
            + #""code":"patient-privacy"}]},"#
            + #""category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","#
            + #""code":"IDSCL"}]}],"#
            + #""patient":{"reference":"Patient/\#(patientID)"},"dateTime":"\#(lastUpdated.text)","#
            + #""performer":[{"reference":"Patient/\#(patientID)"}],"#
            + #""sourceReference":{"reference":"https://med0.example/fhir/DocumentReference/opt-in-\#(id)"},"#
            + #""policy":[{"uri":"\#(Self.policy)"}],"#
            + #""provision":{"type":"permit","period":{"start":"\#(start)","end":"\#(end)"},"actor":["#
            + actor("provenance-participant-type", "performer", isMed0: isForTheClinic) + ","
            + actor("v3-ParticipationType", "IRCP", isMed0: !isForTheClinic)
            + #"],"action":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentaction","#
            + #""code":"disclose"}]}]}}"#
    }

    private func actor(_ system: String, _ role: String, isMed0: Bool) -> String {
        let (npi, name) = isMed0 ? (NPI.med0, "Med0 Health Plan") : (NPI.clinic0, "Clinic0")
        return #"{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/\#(system)","code":"\#(role)"}]},"#
            + #""reference":{"identifier":{"system":"\#(NPI.system)","value":"\#(npi)"},"display":"\#(name)"}}"#
    }
}
