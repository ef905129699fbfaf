import FHIR
import PDex

extension MemberMatch {
    /// Settles a question by what the payer's Groups say about the person: only a single statement decides.
    mutating func settle(
        by words: Set<MemberGroups.Word>, payer: String, at now: Instant, member: (String) -> ResourceKey
    ) {
        at = now
        guard words.count < 2, let word = words.first else {
            (outcome, detail) =
                words.isEmpty
                ? (.refused, "the answer of \(payer) leaves the patient out")
                : (.several, "the answer of \(payer) says several things of the patient")
            return
        }
        switch word {
        case .nobody: (outcome, detail) = (.nobody, "\(payer) knows nobody who is meant")
        case .consentRefused: (outcome, detail) = (.consentRefused, "\(payer) cannot go by the consent that came along")
        case .unusable: (outcome, detail) = (.refused, "the answer of \(payer) names no member that can be used")
        case .member(let id):
            let key = member(id)
            (outcome, self.member, identifier) = (.matched, key, nil)
            detail = "\(payer) says that it is member \(key)"
        }
    }
}
