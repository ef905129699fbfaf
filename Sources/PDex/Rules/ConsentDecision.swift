public import FHIR

/// Whether a member permits a disclosure now, and on what grounds. Deny wins; silence withholds.
public enum ConsentDecision: Sendable, Hashable {
    /// Permitted by one consent; `sensitive` tells whether its policy covers sensitive data too (HC-05).
    case permit(ConsentEvidence, sensitive: Bool)
    /// Not permitted.
    case withhold(FaultCode, String)

    /// A member's recorded consent and where it is kept.
    public struct Recorded: Sendable {
        /// Where the Consent is staged.
        public let resource: StagedResource
        /// What it says; nil when it could not be read, which denies.
        public let consent: Consent?

        /// Pairs a staged resource with what it says.
        public init(resource: StagedResource, consent: Consent?) {
            self.resource = resource
            self.consent = consent
        }
    }

    /// Decides for one member, one source and one recipient at one moment (CO-01, CO-02).
    ///
    /// What HRex demands of a Consent (HC-01 … HC-04) is demanded here; what lacks any of it does not permit. One
    /// thing is only noted, in the rule of the evidence: a source that exists but is not a DocumentReference. It
    /// says where the member's agreement is kept, not what was agreed.
    public static func deciding(
        _ recorded: [Recorded], discloser: Party, recipient: Party, now: Instant
    ) -> ConsentDecision {
        guard !recorded.isEmpty else {
            return .withhold(.consentMissing, "no consent is recorded")
        }
        var permits: [(Recorded, Consent.Policy)] = []
        var objections: [(FaultCode, String)] = []
        for record in recorded {
            switch verdict(on: record.consent, discloser: discloser, recipient: recipient, now: now) {
            case .permits(let policy): permits.append((record, policy))
            case .denies(let why): return .withhold(.consentDenied, why)
            case .silent(let code, let why): objections.append((code, why))
            }
        }
        // The narrowest permit governs: a wider one must not widen what the member last narrowed.
        if let (record, policy) = permits.min(by: { $0.1 == .regular && $1.1 == .sensitive }) {
            let evidence = ConsentEvidence(
                consent: record.resource.key,
                versionID: record.resource.versionID,
                contentHash: record.resource.contentHash,
                rule: "HRex Consent #" + policy.rawValue
                    + (record.consent?.evidence == .document ? "" : ", whose source is no DocumentReference")
            )
            return .permit(evidence, sensitive: policy == .sensitive)
        }
        let order: [FaultCode] = [.consentDenied, .consentExpired, .consentOutOfScope, .consentMissing]
        let worst = objections.min { order.firstIndex(of: $0.0) ?? 9 < order.firstIndex(of: $1.0) ?? 9 }
        return .withhold(worst?.0 ?? .consentMissing, worst?.1 ?? "no consent is recorded")
    }

    private enum Verdict {
        case permits(Consent.Policy)
        case denies(String)
        case silent(FaultCode, String)
    }

    private static func verdict(
        on consent: Consent?, discloser: Party, recipient: Party, now: Instant
    ) -> Verdict {
        guard let consent else { return .denies("a consent cannot be read") }
        if consent.provisionType == "deny", consent.status == "active" {
            return .denies("a consent denies the disclosure")
        }
        guard consent.status == "active" else {
            return .silent(.consentDenied, "the consent is not active (withdrawn or never given)")
        }
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
        guard period.contains(now) else {
            return .silent(.consentExpired, "the consent's period does not cover this moment")
        }
        return .permits(policy)
    }

    /// By NPI: the same digits in another system are another organization's (HC-03, MM-08).
    private static func names(_ consent: Consent, _ role: Consent.Actor.Role, _ party: Party) -> Bool {
        consent.actors.contains { actor in
            actor.roles.contains(role) && actor.identifier?.isNPI == true && actor.identifier?.value == party.npi
        }
    }
}
