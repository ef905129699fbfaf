import FHIR
import PDex

/// The resources that all members of the clinic share: organizations, locations, practitioners and their roles.
struct SharedRecords {
    /// How many practitioners there are, `prac-1` to this.
    static let practitioners = 8
    /// How many locations there are, `loc-1` to this.
    static let locations = 4

    let asOf: Instant

    /// Every shared resource as JSON text.
    var resources: [String] {
        let organizations = [
            organization("clinic0", "Clinic0", NPI.clinic0),
            organization("lab0", "Lab0", NPI.completing(167_957_672)),
            organization("med0", "Med0 Health Plan", NPI.med0),
        ]
        let people = (1...Self.practitioners).flatMap { [practitioner($0), role($0)] }
        return organizations + (1...Self.locations).map(location) + people
    }

    private func meta(_ profile: String) -> String {
        let updated = asOf.adding(milliseconds: -1_000 * 86_400_000)
        return USCore.meta(profile, lastUpdated: updated)
    }

    private func organization(_ id: String, _ name: String, _ npi: String) -> String {
        #"{"resourceType":"Organization","id":"\#(id)",\#(meta("us-core-organization")),"#
            + #""identifier":[{"system":"\#(NPI.system)","value":"\#(npi)"}],"active":true,"name":"\#(name)","#
            + #""telecom":[{"system":"phone","value":"555-0100"}],"address":[{"line":["1 Main Street"],"#
            + #""city":"Springfield","state":"IL","postalCode":"62701","country":"US"}]}"#
    }

    /// The last location has no name, which R4 allows and US Core does not.
    private func location(_ number: Int) -> String {
        let name = number == Self.locations ? "" : #""name":"Clinic0 Exam Room \#(number)","#
        return #"{"resourceType":"Location","id":"loc-\#(number)",\#(meta("us-core-location")),"#
            + #""identifier":[{"system":"https://clinic0.example/location","value":"EXAM-\#(number)"}],"#
            + #""status":"active",\#(name)"#
            + #""telecom":[{"system":"phone","value":"555-0100"}],"#
            + #""managingOrganization":{"reference":"Organization/clinic0","display":"Clinic0"}}"#
    }

    private func practitioner(_ number: Int) -> String {
        let gender = number.isMultiple(of: 2) ? "female" : "male"
        let given = (InventedNames.given[gender] ?? [""])[number]
        return #"{"resourceType":"Practitioner","id":"prac-\#(number)",\#(meta("us-core-practitioner")),"#
            + #""identifier":[{"system":"\#(NPI.system)","value":"\#(NPI.completing(124_531_950 + number))"}],"#
            + #""active":true,"name":[{"family":"\#(InventedNames.family(number * 31))","given":["\#(given)"],"#
            + #""prefix":["Dr."]}],"telecom":[{"system":"phone","value":"555-010\#(number)","use":"work"}],"#
            + #""gender":"\#(gender)"}"#
    }

    private func role(_ number: Int) -> String {
        let specialty = ClinicalCode(
            system: "http://nucc.org/provider-taxonomy", code: "207Q00000X", display: "Family Medicine Physician")
        return #"{"resourceType":"PractitionerRole","id":"role-\#(number)",\#(meta("us-core-practitionerrole")),"#
            + #""active":true,"practitioner":{"reference":"Practitioner/prac-\#(number)"},"#
            + #""organization":{"reference":"Organization/clinic0"},"specialty":[\#(specialty.concept)],"#
            + #""location":[{"reference":"Location/loc-\#(number % Self.locations + 1)"}],"#
            + #""telecom":[{"system":"phone","value":"555-010\#(number)"}]}"#
    }
}
