/// The members on whom the demo and the tests rely; always present in a population of 13 or more.
public enum SpecialMember: Int, CaseIterable, Sendable {
    /// Joe Smith, born 1979-04-02: covered, consenting, seen at Clinic0 lately. Always there.
    case joeSmith = 1
    /// Same name and birth date as ``twinB``; the member id tells them apart.
    case twinA = 2
    /// Same name and birth date as ``twinA``.
    case twinB = 3
    /// Same name and birth date as ``ambiguousB``, and the clinic knows no member id of either.
    case ambiguousA = 4
    /// Same name and birth date as ``ambiguousA``, and the clinic knows no member id of either.
    case ambiguousB = 5
    /// The Consent is `inactive`.
    case consentWithdrawn = 6
    /// The Consent's period is over.
    case consentExpired = 7
    /// There is no Consent.
    case consentMissing = 8
    /// The Coverage ended before the first visit.
    case coverageLapsed = 9
    /// There is a Consent but no Coverage.
    case coverageMissing = 10
    /// A finished Encounter has no period, and an Observation was deleted at the clinic.
    case encounterWithoutPeriod = 11
    /// One Encounter is labelled sensitive, and one Observation is entered-in-error.
    case sensitiveVisit = 12
    /// Same name and birth date as ``joeSmith``, and insured elsewhere: the clinic has no member id, and Med0 knows
    /// nothing.
    case twinElsewhere = 13

    /// The clinic's id of the Patient.
    public var patientID: String { MemberProfile.patientID(rawValue) }
    /// The payer's id of the Patient.
    public var payerPatientID: String { MemberProfile.payerPatientID(rawValue) }
    /// The payer's member id, system `https://med0.example/fhir/member-id`.
    public var memberID: String { MemberProfile.memberID(rawValue) }
}
