import FHIR

/// The common parts of US Core resources, as JSON text.
enum USCore {
    private static let profiles = "http://hl7.org/fhir/us/core/StructureDefinition/"

    /// The member `"meta"` with a US Core profile; `security` is a list of codings, without brackets.
    static func meta(_ profile: String, lastUpdated: Instant, security: String? = nil) -> String {
        let labels = security.map { #","security":[\#($0)]"# } ?? ""
        return
            #""meta":{"versionId":"1","lastUpdated":"\#(lastUpdated.text)","#
            + #""profile":["\#(profiles)\#(profile)"]\#(labels)}"#
    }

    /// A Patient's race and ethnicity.
    static func raceAndEthnicity(_ race: ClinicalCode, _ ethnicity: ClinicalCode) -> String {
        #"[{"url":"\#(profiles)us-core-race","extension":[{"url":"ombCategory","valueCoding":\#(race.coding)},"#
            + #"{"url":"text","valueString":"\#(race.display)"}]},"#
            + #"{"url":"\#(profiles)us-core-ethnicity","extension":[{"url":"ombCategory","#
            + #""valueCoding":\#(ethnicity.coding)},"#
            + #"{"url":"text","valueString":"\#(ethnicity.display)"}]}]"#
    }

    /// The identifier by which the payer knows a member (type MB).
    static func memberIdentifier(_ value: String) -> String {
        #"{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MB"}]},"#
            + #""system":"https://med0.example/fhir/member-id","value":"\#(value)"}"#
    }

    /// A local time at the clinic, five hours behind UTC, to the second.
    static func local(_ instant: Instant) -> String {
        instant.adding(milliseconds: -5 * 3_600_000).text.prefix(19) + "-05:00"
    }

    /// The day of a local time at the clinic.
    static func day(_ instant: Instant) -> String {
        String(local(instant).prefix(10))
    }
}
