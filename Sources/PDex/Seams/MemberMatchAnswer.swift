public import FHIR

/// What a payer answered to the question who somebody is (MM-10 … MM-12).
public enum MemberMatchAnswer: Sendable, Hashable {
    /// One member: the identifier, of type `UMB` or `MB`, and the Patient's id at the payer when it is told.
    case member(Identifier, patient: String?)
    /// 422: no member.
    case nobody
    /// 422: several members.
    case several
    /// 422: the consent cannot be gone by.
    case consentRefused
    /// 422 that says nothing of why, or another refusal of this question.
    case refused(status: Int)
    /// 200 with something that cannot be used; the words say what, not what stands there.
    case unusable(String)
}
