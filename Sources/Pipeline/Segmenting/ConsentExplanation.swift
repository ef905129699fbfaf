public import PDex

/// Why a member's data may or may not go to the payer now: what each consent says, which governs, and what is held.
public struct ConsentExplanation: Sendable {
    /// What one recorded consent says.
    public struct Said: Sendable {
        /// Where it is staged.
        public let consent: ResourceKey
        /// Its version at the payer, or at the clinic, whose consents may only object.
        public let versionID: String?
        /// What it says about this disclosure.
        public let verdict: ConsentVerdict
    }

    /// A resource that is held, and why.
    public struct Held: Sendable {
        /// Its type.
        public let type: String
        /// Its staging key.
        public let key: ResourceKey
        /// The finding, in it or in what it would reveal.
        public let finding: Sensitivity.Finding
        /// The resource through which it is held; nil when the finding is its own.
        public let via: ResourceKey?
    }

    /// The clinic's Patient.
    public let patient: ResourceKey
    /// The payer's policy.
    public let policy: ConsentPolicy
    /// Every recorded consent of the member, followed by those that the clinic keeps of the patient.
    public let said: [Said]
    /// Why nothing at all may go; nil when something may.
    public let reason: FaultCode?
    /// What decided.
    public let evidence: ConsentEvidence?
    /// Why nothing may go, if something other than consent decided.
    public let detail: String?
    /// The resources that are held.
    public let held: [Held]
    /// How many resources may go.
    public let covered: Int
}

extension ExchangePipeline {
    /// Decides again about a patient, from what is staged; nothing is sent, and nothing written except the index of
    /// people who are not indexed yet.
    public func explainConsent(patient: ResourceKey) async throws -> ConsentExplanation {
        let (terms, identities, clock) = (terms, identities, clock)
        let check = checkConsent
        try await records.ensureIndexed()
        return try await store.read { reader in
            let stager = Stager(clinicOf: terms, identities)
            let join = Join(terms: terms, identities: identities, stager: stager, clock: clock)
            func told(
                _ reason: FaultCode?, said: [ConsentExplanation.Said] = [], evidence: ConsentEvidence? = nil,
                detail: String? = nil, held: [ConsentExplanation.Held] = [], covered: Int = 0
            ) -> ConsentExplanation {
                ConsentExplanation(
                    patient: patient, policy: terms.consentPolicy, said: said, reason: reason, evidence: evidence,
                    detail: detail, held: held, covered: covered)
            }
            switch try join.outcome(for: patient, reader) {
            case .unmatched(let code, let why): return told(code, detail: why)
            case .ambiguous(let code, let why, _): return told(code, detail: why)
            case .matched(let matched):
                let recorded = matched.consents.map { record in
                    ConsentExplanation.Said(
                        consent: record.resource.key, versionID: record.resource.versionID,
                        verdict: ConsentVerdict(
                            record.consent, policy: terms.consentPolicy, discloser: terms.clinic,
                            recipient: terms.payer, now: clock.now()))
                }
                let kept = matched.clinicConsents.map { record in
                    ConsentExplanation.Said(
                        consent: record.resource.key, versionID: record.resource.versionID,
                        verdict: ConsentVerdict(
                            ofDiscloser: record.consent, discloser: terms.clinic, recipient: terms.payer,
                            now: clock.now()))
                }
                let said = recorded + kept
                let isSensitive =
                    if case .permit(_, true) = check.decision(matched.consents, matched.clinicConsents) { true } else {
                        false
                    }
                let holds = try check.segmentation.holds(
                    in: matched.member.resources, sensitive: isSensitive, reader)
                let held = matched.resources.compactMap { item in
                    holds[item.staged.key].map {
                        ConsentExplanation.Held(
                            type: item.staged.type, key: item.staged.key, finding: $0.finding, via: $0.via)
                    }
                }
                switch try check.outcome(for: matched, reader) {
                case .withheld(let code, let evidence): return told(code, said: said, evidence: evidence, held: held)
                case .permitted(let permitted):
                    return told(
                        nil, said: said, evidence: permitted.evidence, held: held, covered: permitted.resources.count)
                }
            }
        }
    }
}
