public import FHIR

/// A payer's answer to the question who somebody is (MM-10 … MM-12).
public enum MemberMatchAnswer: Sendable, Hashable {
    /// One member: the identifier, of type `UMB` or `MB`, and the Patient's id at the payer when it is given.
    case member(Identifier, patient: String?)
    /// 422: no member.
    case nobody
    /// 422: several members.
    case several
    /// 422: the payer cannot comply with the consent.
    case consentRefused
    /// 422 without a reason, or another refusal of this question.
    case refused(status: Int)
    /// 200 with content that cannot be used; the text says what is wrong without quoting it.
    case unusable(String)
}
