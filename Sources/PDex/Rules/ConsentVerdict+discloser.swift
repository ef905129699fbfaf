public import FHIR

extension ConsentVerdict {
    /// Reads a consent that the discloser itself keeps: it may deny or tell of a withdrawal, and never permits (CO-01).
    ///
    /// HRex wants the permit from the payer's side, and a clinic's own forms are of any kind: so they count as far as they
    /// object. What is about treatment, research or an advance directive only, or names others by NPI, does not object.
    public init(ofDiscloser consent: Consent?, discloser: Party, recipient: Party, now: Instant) {
        guard let consent else {
            self = .denies("a consent of the clinic cannot be read")
            return
        }
        let isElsewhere =
            consent.isAboutOtherMatters || Self.namesOthers(consent, .source, than: discloser)
            || Self.namesOthers(consent, .recipient, than: recipient)
        let isPlainDenial = consent.provisionType == "deny" || consent.isOptOutByRule
        let isDenial = isPlainDenial || consent.hasNestedDenial
        switch consent.status {
        case "entered-in-error", "draft", "proposed":
            self = .void("the clinic's consent is not in force")
        case _ where isElsewhere:
            self = .void("the clinic's consent is about something else")
        case "active" where isDenial:
            let isOver = consent.period?.end.map { $0.latest < now } ?? false
            if isOver, !consent.hasUnsupportedProvision {
                self = .void("the period of the clinic's denial is over")
            } else if isPlainDenial {
                self = .denies("a consent at the clinic denies the disclosure")
            } else {
                self = .silent(.consentOutOfScope, "a consent at the clinic denies something, perhaps this disclosure")
            }
        case "active":
            self = .void("a consent of the clinic does not permit by itself")
        case _ where isDenial:
            self = .void("the clinic's denial was taken back")
        case _ where consent.isAboutPrivacy && consent.isAboutDisclosure:
            self = .withdrawn("the consent at the clinic is not active (withdrawn or refused)")
        default:
            self = .void("the clinic's consent is not in force")
        }
    }
}
