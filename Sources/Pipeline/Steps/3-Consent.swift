import FHIR
import PDex

/// Step 3: decides whether the disclosure is permitted, and leaves out what a permit does not cover.
///
/// This is the only file that can make a ``PermittedExchange`` or a ``SendPermit``: nothing can be
/// mapped or sent without a decision (invariant 3).
struct CheckConsent: Sendable {
    /// The decision on one member.
    enum Outcome: Sendable {
        case permitted(PermittedExchange)
        case withheld(FaultCode, String)
    }

    let terms: ExchangeTerms
    let clock: any WallClock

    /// Decides when the exchange is made.
    func outcome(for matched: MatchedMember) -> Outcome {
        switch decision(matched.consents) {
        case .withhold(let code, let why):
            return .withheld(code, why)
        case .permit(let evidence, let sensitive):
            let (kept, provenance, leftOut) = segment(matched, sensitive: sensitive)
            return .permitted(
                PermittedExchange(
                    matched: matched, resources: kept, provenance: provenance, leftOut: leftOut, evidence: evidence))
        }
    }

    /// Decides again at the moment of sending, from what is recorded then (CO-03).
    func permit(toSend exchange: Exchange, _ reader: any StoreReader) throws -> Result<SendPermit, Fault> {
        if exchange.isRetraction { return .success(SendPermit(evidence: nil)) }
        guard let evidence = exchange.consent, let staged = try reader.staged(evidence.consent),
            let owner = staged.patient
        else {
            return .failure(Self.withheld(.consentMissing, "the consent is no longer recorded"))
        }
        let recorded = try reader.compartment(of: owner).filter { $0.type == "Consent" }.map { staged in
            ConsentDecision.Recorded(
                resource: staged, consent: (try? Resource(parsing: staged.bytes)).map(Consent.init))
        }
        switch decision(recorded) {
        case .withhold(let code, let why):
            return .failure(Self.withheld(code, why))
        case .permit(let present, _):
            // A consent that changed since may permit less than what was bundled under it.
            guard present == evidence else {
                return .failure(Self.withheld(.consentOutOfScope, "the consent changed after the bundle was made"))
            }
            return .success(SendPermit(evidence: present))
        }
    }

    private func decision(_ recorded: [ConsentDecision.Recorded]) -> ConsentDecision {
        ConsentDecision.deciding(
            recorded, discloser: terms.clinic, recipient: terms.payer, now: clock.now())
    }

    private static func withheld(_ code: FaultCode, _ why: String) -> Fault {
        Fault(
            code, .withhold, why,
            hint: "once a consent is recorded at the payer, the next run or a replay sends the exchange")
    }

    /// Leaves out what is sensitive under `#regular`, what was paid in full, what belongs to such a visit, and the
    /// Provenance of any of these (CO-04 … CO-06).
    private func segment(
        _ matched: MatchedMember, sensitive: Bool
    ) -> (kept: [ClinicalResource], provenance: [ClinicalResource], leftOut: [ExchangeManifest.Entry]) {
        func isHeld(_ resource: Resource) -> Bool {
            SensitivityLabels.forbidDisclosureToPlan(resource)
                || (!sensitive && SensitivityLabels.areSensitive(resource))
        }
        // Those outside the coverage too: a note may speak of two visits.
        let visits = heldVisits(of: matched.member, isHeld)
        let held = Set(
            matched.member.resources.filter {
                isHeld($0.resource) || visits.contains($0.staged.key) || !visits.isDisjoint(with: $0.encounters)
            }.map(\.staged.key))
        let kept = matched.resources.filter { !held.contains($0.staged.key) }
        // It may tell more of one of its targets than that there is one, so that it is not cut but held.
        let provenance = matched.member.provenance.filter {
            !isHeld($0.resource) && held.isDisjoint(with: $0.named) && visits.isDisjoint(with: $0.encounters)
        }
        let sent = Set((kept + provenance).map(\.staged.key))
        let leftOut = (matched.resources + matched.member.provenance).filter { !sent.contains($0.staged.key) }
        return (kept, provenance, leftOut.map { $0.entry(leftOut: .consentSensitive) })
    }

    /// The visits that are held themselves, and those that are part of one (CO-05).
    private func heldVisits(of member: StagedMember, _ isHeld: (Resource) -> Bool) -> Set<ResourceKey> {
        var open = member.resources.filter { $0.staged.type == "Encounter" }
        var held = Set(open.filter { isHeld($0.resource) }.map(\.staged.key))
        var count = -1
        while count != held.count {
            count = held.count
            open.removeAll { held.contains($0.staged.key) }
            held.formUnion(open.filter { !held.isDisjoint(with: $0.encounters) }.map(\.staged.key))
        }
        return held
    }
}

/// A member's data that may be disclosed to the payer: what step 3 makes, and only step 3 can.
struct PermittedExchange: Sendable {
    let matched: MatchedMember
    let resources: [ClinicalResource]
    /// The clinic's Provenance, of which nothing is held.
    let provenance: [ClinicalResource]
    let leftOut: [ExchangeManifest.Entry]
    let evidence: ConsentEvidence

    fileprivate init(
        matched: MatchedMember, resources: [ClinicalResource], provenance: [ClinicalResource],
        leftOut: [ExchangeManifest.Entry], evidence: ConsentEvidence
    ) {
        self.matched = matched
        self.resources = resources
        self.provenance = provenance
        self.leftOut = leftOut
        self.evidence = evidence
    }
}

/// The proof that consent was checked at the moment of sending, or that nothing is disclosed.
struct SendPermit: Sendable {
    /// nil for what takes back without content.
    let evidence: ConsentEvidence?

    fileprivate init(evidence: ConsentEvidence?) {
        self.evidence = evidence
    }
}
