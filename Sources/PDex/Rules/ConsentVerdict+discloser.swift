public import FHIR

extension ConsentVerdict {
    /// Reads a consent that the discloser itself keeps: it may deny or report a withdrawal, but never permits (CO-01).
    ///
    /// HRex wants the permit from the payer's side, and a clinic's own forms are of any kind, so they count only as
    /// objections. A form that is only about treatment, research or an advance directive, or names others by NPI, does
    /// not object. One that ended without saying what it was about may have been the permit for this disclosure.
    public init(ofDiscloser consent: Consent?, discloser: Party, recipient: Party, now: Instant) {
        guard let consent else {
            self = .denies("a consent of the clinic cannot be read")
            return
        }
        let isPlainDenial = consent.provisionType == "deny" || consent.isOptOutByRule
        let isDenial = isPlainDenial || consent.hasNestedDenial
        switch consent.status {
        case "entered-in-error", "draft", "proposed":
            self = .void("the clinic's consent is not in force")
        case _ where Self.isElsewhere(consent, discloser, recipient):
            self = .void("the clinic's consent is about something else")
        case "active" where isDenial:
            let isOver = consent.period?.end.map { $0.latest < now } ?? false
            if isOver, !consent.hasUnsupportedProvision {
                self = .void("the period of the clinic's denial is over")
            } else if isPlainDenial {
                self = .denies("a consent at the clinic denies the disclosure")
            } else {
                self = .excepts("a consent at the clinic denies something, perhaps this disclosure")
            }
        case "active":
            self = .void("a consent of the clinic does not permit by itself")
        case "inactive" where isPlainDenial:
            self = .void("the clinic's denial was taken back")
        case _ where isPlainDenial:
            self = .ended("a denial at the clinic is neither active nor taken back")
        case _ where consent.isAboutPrivacy && consent.isAboutDisclosure:
            self = .withdrawn("the consent at the clinic is not active (withdrawn or refused)")
        default:
            self = .ended("a consent at the clinic ended that may have been about this disclosure")
        }
    }

    /// Whether it is plainly about something else: another matter by its scope, or other parties by NPI.
    static func isElsewhere(_ consent: Consent, _ discloser: Party, _ recipient: Party) -> Bool {
        consent.isAboutOtherMatters || namesOthers(consent, .source, than: discloser)
            || namesOthers(consent, .recipient, than: recipient)
    }
}
