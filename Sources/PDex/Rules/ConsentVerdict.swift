public import FHIR

/// What one recorded consent says about a disclosure from one party to another at one moment.
public enum ConsentVerdict: Sendable, Hashable {
    /// It permits, by the rule that is named.
    case permits(Consent.Policy, rule: String)
    /// It denies the disclosure.
    case denies(String)
    /// It permitted and no longer does, or never did, because somebody did not want it: that outweighs earlier permits.
    case withdrawn(String)
    /// It ended, and nobody can tell whether it was about this disclosure: a doubt that outweighs earlier permits.
    case ended(String)
    /// It neither permits nor denies, but must be understood before silence may count.
    case silent(FaultCode, String)
    /// It denies something, and nobody can tell whether it denies this disclosure: a doubt that outweighs every permit.
    case excepts(String)
    /// It says nothing, or no longer does: entered in error, for example, or an opt-out that was taken back.
    case void(String)

    /// Whether it is an objection.
    var isObjection: Bool {
        switch self {
        case .denies, .withdrawn, .ended: true
        case .permits, .silent, .excepts, .void: false
        }
    }

    /// Reads one consent; nil is one that cannot be read.
    ///
    /// It must meet HRex's demands on a Consent (HC-01 … HC-04); one that fails any of them does not permit. One
    /// failure is only noted, in the rule: a source that exists but is not a DocumentReference. It says where the
    /// member's agreement is kept, not what was agreed. Under `opt-out` a PDex Provider Access Consent counts, too
    /// (PA-04).
    public init(_ consent: Consent?, policy: ConsentPolicy, discloser: Party, recipient: Party, now: Instant) {
        guard let consent else {
            self = .denies("a consent cannot be read")
            return
        }
        if consent.status == "entered-in-error" {
            self = .void("the consent was entered in error")
        } else if consent.provisionType == "deny" || consent.isOptOutByRule && consent.provisionType != "permit" {
            self = Self.denial(consent, now)
        } else if consent.status != "active" {
            self = Self.inactive(consent, discloser, recipient)
        } else if consent.hasNestedDenial || consent.isOptOutByRule,
            !Self.isElsewhere(consent, discloser, recipient), !Self.isOver(consent, now)
        {
            self = .excepts("a consent denies something, perhaps this disclosure")
        } else if policy == .optOut, consent.isProviderAccess {
            self = Self.optIn(consent, now)
        } else {
            self = Self.permit(consent, discloser, recipient, now)
        }
    }

    /// An active denial stands until the end of its period, and also before its start; a reader that does not know its
    /// conditions must not ignore it. A denial neither active nor taken back is a decision in the making.
    private static func denial(_ consent: Consent, _ now: Instant) -> ConsentVerdict {
        switch consent.status {
        case "active":
            guard let ends = consent.period?.end, ends.latest < now, !consent.hasUnsupportedProvision else {
                return .denies("a consent denies the disclosure")
            }
            return .void("the denial's period is over")
        case "inactive": return .void("the denial was taken back")
        default: return .silent(.consentDenied, "a denial is recorded that is neither active nor taken back")
        }
    }

    /// Whether its period is certainly over: an exception applies only to what was permitted in that period.
    private static func isOver(_ consent: Consent, _ now: Instant) -> Bool {
        guard let ends = consent.period?.end, !consent.isModified else { return false }
        return ends.latest < now
    }

    /// A draft is nobody's decision yet; any other consent that is not active was withdrawn or refused, whatever its
    /// status is called. It says nothing about this disclosure when it names others by NPI.
    private static func inactive(_ consent: Consent, _ discloser: Party, _ recipient: Party) -> ConsentVerdict {
        if ["draft", "proposed"].contains(consent.status) {
            return .silent(.consentDenied, "the consent is not active (never given)")
        }
        if namesOthers(consent, .source, than: discloser) || namesOthers(consent, .recipient, than: recipient) {
            return .silent(.consentOutOfScope, "a consent about another disclosure is not active")
        }
        return .withdrawn("the consent is not active (withdrawn or refused)")
    }

    /// A PDex Provider Access Consent that permits: the member opted in again (PA-04). Its period may be open-ended.
    private static func optIn(_ consent: Consent, _ now: Instant) -> ConsentVerdict {
        guard consent.isAboutPrivacy, consent.isAboutDisclosure, consent.provisionType == "permit",
            consent.permitsDisclosing, !consent.hasUnsupportedProvision, consent.performers == 1
        else {
            return .silent(.consentOutOfScope, "the consent is not a PDex permit to disclose")
        }
        guard let period = consent.period, period.start != nil else {
            return .silent(.consentOutOfScope, "the consent does not say since when")
        }
        guard period.isInForce(at: now) else {
            return .silent(.consentExpired, "the consent's period does not cover this moment")
        }
        return .permits(.regular, rule: "PDex Provider Access Consent, opted in")
    }

    private static func permit(
        _ consent: Consent, _ discloser: Party, _ recipient: Party, _ now: Instant
    ) -> ConsentVerdict {
        guard consent.isAboutPrivacy, consent.isAboutDisclosure, consent.provisionType == "permit",
            consent.permitsDisclosing, let policy = consent.policy
        else {
            return .silent(.consentOutOfScope, "the consent is not an HRex permit to disclose")
        }
        guard consent.performers == 1, consent.evidence != .none else {
            return .silent(.consentOutOfScope, "the consent does not say who agreed, or not by which document")
        }
        guard !consent.hasUnsupportedProvision else {
            return .silent(.consentOutOfScope, "the consent has conditions that HRex does not define")
        }
        guard let period = consent.period, period.start != nil, period.end != nil else {
            return .silent(.consentOutOfScope, "the consent has no period with both ends")
        }
        guard names(consent, .source, discloser) else {
            return .silent(.consentOutOfScope, "the consent does not name the clinic as its source")
        }
        guard names(consent, .recipient, recipient) else {
            return .silent(.consentOutOfScope, "the consent does not name the payer as its recipient")
        }
        guard period.isInForce(at: now) else {
            return .silent(.consentExpired, "the consent's period does not cover this moment")
        }
        let remark = consent.evidence == .document ? "" : ", whose source is no DocumentReference"
        return .permits(policy, rule: "HRex Consent #" + policy.rawValue + remark)
    }

    /// Whether everybody that it names in a role is named by NPI and is somebody else.
    static func namesOthers(_ consent: Consent, _ role: Consent.Actor.Role, than party: Party) -> Bool {
        let named = consent.actors.filter { $0.roles.contains(role) }
        return !named.isEmpty && named.allSatisfy { $0.identifier?.isNPI == true && $0.identifier?.value != nil }
            && !names(consent, role, party)
    }

    /// By NPI: the same digits in another system belong to another organization (HC-03, MM-08).
    private static func names(_ consent: Consent, _ role: Consent.Actor.Role, _ party: Party) -> Bool {
        consent.actors.contains { actor in
            actor.roles.contains(role) && actor.identifier?.isNPI == true && actor.identifier?.value == party.npi
        }
    }
}
