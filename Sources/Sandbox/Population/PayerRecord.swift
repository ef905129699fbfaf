import FHIR
import PDex

/// Med0's data on one member: the Patient, the Coverage, and the Consent to get data from Clinic0.
struct PayerRecord {
    let profile: MemberProfile
    let asOf: Instant

    /// The resources as JSON text; special members lack some.
    var resources: [String] {
        guard profile.special != .twinElsewhere else { return [] }
        let noCoverage = profile.special == .coverageMissing
        let noConsent = profile.special == .consentMissing
        return [patient] + (noCoverage ? [] : [coverage]) + (noConsent ? [] : [consent])
    }

    /// Med0 itself and Clinic0, as the payer knows them.
    static func organizations(asOf: Instant) -> [String] {
        let meta = USCore.meta("us-core-organization", lastUpdated: asOf.adding(milliseconds: -1_000 * 86_400_000))
        return [("med0", "Med0 Health Plan", NPI.med0), ("clinic0", "Clinic0", NPI.clinic0)].map { id, name, npi in
            #"{"resourceType":"Organization","id":"\#(id)",\#(meta),"#
                + #""identifier":[{"system":"\#(NPI.system)","value":"\#(npi)"}],"active":true,"name":"\#(name)"}"#
        }
    }

    private var patient: String {
        #"{"resourceType":"Patient","id":"\#(profile.payerPatientID)","#
            + USCore.meta("us-core-patient", lastUpdated: day(-1_500))
            + #","identifier":[\#(USCore.memberIdentifier(profile.memberID))],"active":true,"#
            + Demographics.text(of: profile) + "}"
    }

    private var coverage: String {
        USCoreCoverage(
            number: profile.number, lastUpdated: day(-1_499), start: USCore.day(day(-1_500)),
            end: profile.special == .coverageLapsed ? USCore.day(day(-800)) : nil
        ).text
    }

    private var consent: String {
        let isExpired = profile.special == .consentExpired
        return HRexConsent(
            id: "consent-\(MemberProfile.digits(profile.number))", patientID: profile.payerPatientID,
            status: profile.special == .consentWithdrawn ? "inactive" : "active",
            start: USCore.day(day(isExpired ? -800 : -400)), end: USCore.day(day(isExpired ? -100 : 365)),
            lastUpdated: day(isExpired ? -800 : -400)
        ).text
    }

    private func day(_ offset: Int64) -> Instant {
        asOf.adding(milliseconds: offset * 86_400_000)
    }
}
