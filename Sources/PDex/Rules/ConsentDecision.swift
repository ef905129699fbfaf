public import FHIR

/// Whether a member permits a disclosure now, and on what grounds: a pure and total function of the records.
///
/// Deny wins; anything unknown or unreadable withholds (CO-01).
public enum ConsentDecision: Sendable, Hashable {
    /// Permitted; `sensitive` tells whether it covers sensitive data too (HC-05).
    case permit(ConsentEvidence, sensitive: Bool)
    /// Not permitted; the rule of the evidence says why.
    case withhold(FaultCode, ConsentEvidence)

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
    /// A denial wins over everything, and the denial of something that may be this disclosure wins over every permit.
    /// Next comes a permit that is certainly younger than every withdrawal and refusal; of several, the narrowest,
    /// since a wider one must not undo what the member narrowed last. Without any of these, the nearest reason is
    /// given; silence permits what is not sensitive only under `opt-out`, and only when nothing recorded objects.
    /// `disclosers` are the consents that the discloser keeps: they can only object.
    public static func deciding(
        _ recorded: [Recorded], disclosers: [Recorded] = [], policy: ConsentPolicy = .optIn, discloser: Party,
        recipient: Party, now: Instant
    ) -> ConsentDecision {
        let said = recorded.map { record in
            let verdict = ConsentVerdict(
                record.consent, policy: policy, discloser: discloser, recipient: recipient, now: now)
            return (record: record, verdict: verdict)
        }
        let kept = disclosers.map { record in
            let verdict = ConsentVerdict(
                ofDiscloser: record.consent, discloser: discloser, recipient: recipient, now: now)
            return (record: record, verdict: verdict)
        }
        // A form that the clinic renewed is not its last word.
        let objected = kept.filter { old in
            !old.verdict.isOfAnEnd
                || !disclosers.contains {
                    $0.renews(old.record, discloser: discloser, recipient: recipient, now: now)
                }
        }
        let verdicts = said + objected.filter(\.verdict.isObjection)
        func evidence(_ record: Recorded?, _ rule: String) -> ConsentEvidence {
            ConsentEvidence(
                consent: record?.resource.key, versionID: record?.resource.versionID,
                contentHash: record?.resource.contentHash, rule: rule, at: now)
        }
        for (record, verdict) in verdicts {
            if case .denies(let why) = verdict { return .withhold(.consentDenied, evidence(record, why)) }
        }
        let ended = verdicts.filter(\.verdict.isOfAnEnd)
        let all = verdicts.compactMap { record, verdict -> (Recorded, Consent.Policy, String)? in
            if case .permits(let scope, let rule) = verdict { (record, scope, rule) } else { nil }
        }
        let permits = all.filter { permit in ended.allSatisfy { permit.0.isCertainlyAfter($0.record, now: now) } }
        if permits.isEmpty, !all.isEmpty {
            let certain = ended.filter { no in
                if case .ended = no.verdict { false } else { all.allSatisfy { $0.0.isCertainlyBefore(no.record) } }
            }
            guard let no = certain.first?.record else {
                return .withhold(
                    .consentOutOfScope,
                    evidence(
                        ended.first?.record, "a consent was withdrawn or refused, perhaps after the one that permits"))
            }
            return .withhold(
                .consentDenied, evidence(no, "a consent was withdrawn or refused after the one that permits"))
        }
        // Nobody knows whether a consent's exception covers this disclosure: that withholds, and undoes nothing.
        for (record, verdict) in said + objected {
            if case .excepts(let why) = verdict { return .withhold(.consentOutOfScope, evidence(record, why)) }
        }
        if let (record, scope, rule) = permits.min(by: { $0.1 == .regular && $1.1 == .sensitive }) {
            return .permit(evidence(record, rule), sensitive: scope == .sensitive)
        }
        let objections = verdicts.compactMap { record, verdict -> (Recorded, FaultCode, String)? in
            switch verdict {
            case .silent(let code, let why): (record, code, why)
            case .withdrawn(let why): (record, .consentDenied, why)
            case .ended(let why): (record, .consentOutOfScope, why)
            case .void(let why): policy == .optIn ? (record, .consentDenied, why) : nil
            case .permits, .denies, .excepts: nil
            }
        }
        let order: [FaultCode] = [.consentDenied, .consentExpired, .consentOutOfScope, .consentMissing]
        let nearest = objections.min { order.firstIndex(of: $0.1) ?? 9 < order.firstIndex(of: $1.1) ?? 9 }
        if let (record, code, why) = nearest { return .withhold(code, evidence(record, why)) }
        guard policy == .optOut else { return .withhold(.consentMissing, evidence(nil, "no consent is recorded")) }
        return .permit(evidence(nil, "opt-out: nothing that is recorded objects"), sensitive: false)
    }
}

extension ConsentDecision.Recorded {
    /// Whether this permit was given after another consent was withdrawn or refused, which is when the server last
    /// changed it; its own `dateTime` says when it was drawn up. A permit without a date, or with one in the future,
    /// may be older.
    func isCertainlyAfter(_ withdrawn: ConsentDecision.Recorded, now: Instant) -> Bool {
        guard let given = consent?.given?.earliest, given <= now, let end = withdrawn.resource.lastUpdated else {
            return false
        }
        return end < given
    }

    /// Whether this permit was given before another consent was withdrawn or refused: then that is the member's wish,
    /// and not only a doubt.
    fileprivate func isCertainlyBefore(_ withdrawn: ConsentDecision.Recorded) -> Bool {
        guard let given = consent?.given?.latest, let end = withdrawn.resource.lastUpdated else { return false }
        return given < end
    }
}

extension ConsentVerdict {
    /// Whether it reports an end: then it matters what was given since.
    fileprivate var isOfAnEnd: Bool {
        switch self {
        case .withdrawn, .ended: true
        case .permits, .denies, .silent, .excepts, .void: false
        }
    }
}
