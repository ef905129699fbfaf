import FHIR
import PDex

/// What a clinic records from an insurance card: a Coverage of its own, with the member number.
struct InsuranceCard {
    let profile: MemberProfile
    let asOf: Instant

    /// The resource as JSON text.
    var text: String {
        let isElsewhere = profile.special == .twinElsewhere
        let number = USCore.memberIdentifier(profile.memberID)
        let payor =
            isElsewhere
            ? #"{"display":"Another Plan"}"#
            : #"{"identifier":{"system":"\#(NPI.system)","value":"\#(NPI.med0)"},"display":"Med0 Health Plan"}"#
        let start = day(-1_500)
        return #"{"resourceType":"Coverage","id":"card-\#(MemberProfile.digits(profile.number))","#
            + USCore.meta("us-core-coverage", lastUpdated: start)
            + #","identifier":[\#(number)],"status":"active","subscriberId":"\#(profile.memberID.dropLast(3))","#
            + #""beneficiary":{"reference":"Patient/\#(profile.patientID)"},"#
            + #""relationship":\#(ClinicalCode.hl7("subscriber-relationship", "self", "Self").concept),"#
            + #""period":{"start":"\#(USCore.day(start))"},"payor":[\#(payor)]}"#
    }

    /// The consent that the payer may disclose to the clinic.
    var consent: HRexConsent {
        HRexConsent(
            id: "told-\(MemberProfile.digits(profile.number))", patientID: profile.patientID, status: "active",
            start: USCore.day(day(-400)), end: USCore.day(day(365)), lastUpdated: day(-400), isForTheClinic: true)
    }

    private func day(_ offset: Int64) -> Instant {
        asOf.adding(milliseconds: offset * 86_400_000)
    }
}
