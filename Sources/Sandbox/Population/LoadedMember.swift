import FHIR

/// A payer's member made from a Patient in loaded clinic data: same demographics, own ids.
struct LoadedMember {
    let number: Int
    let patient: Resource
    let asOf: Instant
    /// Whether Coverage and Consent are made as well.
    let isCovered: Bool

    var payerPatientID: String { MemberProfile.payerPatientID(number) }
    var memberID: String { MemberProfile.memberID(number) }

    /// The payer's resources: Patient, and Coverage and Consent when covered.
    func resources() throws -> [[UInt8]] {
        var json = JSONObject()
        json["resourceType"] = "Patient"
        json["id"] = .string(payerPatientID)
        json["identifier"] = .array([try JSONParser.parse(USCore.memberIdentifier(memberID))])
        for key in ["active", "name", "telecom", "gender", "birthDate", "address"] { json[key] = patient[key] }
        let stamped = try Resource(.object(json)).stamped(version: 1, lastUpdated: day(-1_500))
        return [stamped.serialized()] + (isCovered ? [Array(coverage.utf8), Array(consent.utf8)] : [])
    }

    private var coverage: String {
        // Loaded records reach back for decades.
        USCoreCoverage(number: number, lastUpdated: day(-1_499), start: "1900-01-01", end: nil).text
    }

    private var consent: String {
        HRexConsent(
            id: "consent-\(MemberProfile.digits(number))", patientID: payerPatientID, status: "active",
            start: USCore.day(day(-400)), end: USCore.day(day(365)), lastUpdated: day(-400)
        ).text
    }

    private func day(_ offset: Int64) -> Instant {
        asOf.adding(milliseconds: offset * 86_400_000)
    }
}
