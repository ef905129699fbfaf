import FHIR
import Metrics
import PDex

/// Step 3: decides whether the disclosure is permitted, and leaves out what a permit does not cover.
///
/// This is the only file that can make a ``PermittedExchange``, a ``SendPermit`` or a ``QuestionPermit``: nothing can
/// be mapped, sent or asked without a decision (invariant 3).
struct CheckConsent: Sendable {
    /// The decision on one member.
    enum Outcome: Sendable {
        case permitted(PermittedExchange)
        case withheld(FaultCode, ConsentEvidence)
    }

    let terms: ExchangeTerms
    let clock: any WallClock
    let segmentation: Segmentation
    private let metrics: any MetricsFactory

    init(
        terms: ExchangeTerms, clock: any WallClock, segmentation: Segmentation,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.terms = terms
        self.clock = clock
        self.segmentation = segmentation
        self.metrics = metrics
    }

    /// Decides when the exchange is made.
    func outcome(for matched: MatchedMember, _ reader: any StoreReader) throws -> Outcome {
        switch counted(decision(matched.consents, matched.clinicConsents)) {
        case .withhold(let code, let evidence):
            return .withheld(code, evidence)
        case .permit(let evidence, let sensitive):
            switch try segmentation.outcome(for: matched, sensitive: sensitive, reader) {
            case .nothing(let code, let why):
                return .withheld(code, evidence.noting(why))
            case .parts(let kept, let provenance, let leftOut, let heldBy):
                return .permitted(
                    PermittedExchange(
                        matched: matched, resources: kept, provenance: provenance, leftOut: leftOut, heldBy: heldBy,
                        evidence: evidence))
            }
        }
    }

    /// Decides again at the moment of sending, from what is recorded then: consent, who the patient is taken for, and
    /// what coverage holds (CO-03, CO-13). A permit is counted unless this only looks once more.
    func permit(
        toSend exchange: Exchange, _ reader: any StoreReader, countingPermit: Bool = true
    ) throws -> Result<SendPermit, Fault> {
        if exchange.isRetraction { return .success(SendPermit(evidence: nil)) }
        guard let made = exchange.consent, let member = try member(of: exchange, reader) else {
            return .failure(Self.withheld(.consentMissing, "the consent is no longer recorded"))
        }
        guard let objecting = try clinicConsents(of: exchange.member, exchange.match?.via, reader) else {
            return .failure(Self.withheld(.matchMergeUnclear, ClinicConsents.tooMany))
        }
        switch counted(decision(try Self.recorded(of: member, reader), objecting), permits: countingPermit) {
        case .withhold(let code, let evidence):
            return .failure(Self.withheld(code, evidence.rule))
        case .permit(let present, let sensitive):
            // A consent that changed since may permit less than what was bundled under it.
            guard present.isSame(as: made) else {
                return .failure(
                    Self.withheld(
                        .consentOutOfScope,
                        "the consent changed after the bundle was made, or the lists of what is sensitive, or the payer's types"
                    ))
            }
            if let fault = try footing(of: exchange).fault(under: exchange, reader) { return .failure(fault) }
            let held = HeldSince(segmentation: segmentation, stager: stager)
            if let fault = try held.fault(under: exchange, sensitive: sensitive, reader) { return .failure(fault) }
            return .success(SendPermit(evidence: present))
        }
    }

    /// Decides whether the payer may be asked who a patient is: the question names the person before it is known whose
    /// consents at the payer count (CO-01, MM-13).
    ///
    /// So nothing known may object: no label on the Patient or on a Flag that names no visit, and no consent at the
    /// clinic (`live` are those just read), whether about this disclosure or about the payer's answer. Only a newer
    /// permit outweighs a withdrawal.
    func permit(
        toAskAbout patient: ClinicalResource, _ live: [ConsentDecision.Recorded], _ reader: any StoreReader
    ) throws -> Result<QuestionPermit, Fault> {
        if let found = try segmentation.finding(about: patient, sensitive: false, reader) {
            return .failure(
                Self.withheld(
                    Segmentation.code(found),
                    "the Patient, or a flag that names no visit, is not covered, by \(terms.sensitivity.recorded(found))"
                ))
        }
        guard let staged = try clinicConsents(of: patient.staged.key, nil, reader) else {
            return .failure(Self.withheld(.matchMergeUnclear, ClinicConsents.tooMany))
        }
        let fresh = Set(live.map(\.resource.key))
        let all = staged.filter { !fresh.contains($0.resource.key) } + live
        for (discloser, recipient) in [(terms.clinic, terms.payer), (terms.payer, terms.clinic)] {
            let permits = all.filter { record in
                let verdict = ConsentVerdict(
                    record.consent, policy: .optIn, discloser: discloser, recipient: recipient, now: clock.now())
                return if case .permits = verdict { true } else { false }
            }
            let decision = ConsentDecision.deciding(
                permits, disclosers: all, policy: .optOut, discloser: discloser, recipient: recipient, now: clock.now())
            if case .withhold(let code, let evidence) = counted(decision) {
                return .failure(Self.withheld(code, evidence.words))
            }
        }
        return .success(QuestionPermit())
    }

    /// Decides by the member's recorded consents and the clinic's for the patient, under the policy and lists of the
    /// terms.
    func decision(
        _ recorded: [ConsentDecision.Recorded], _ disclosers: [ConsentDecision.Recorded] = []
    ) -> ConsentDecision {
        let decision = ConsentDecision.deciding(
            recorded, disclosers: disclosers, policy: terms.consentPolicy, discloser: terms.clinic,
            recipient: terms.payer, now: clock.now())
        guard case .permit(let evidence, let sensitive) = decision else { return decision }
        // Changed lists, or a payer's types, may hold back what was bundled under the earlier ones (CO-08).
        let marks = [
            terms.sensitivity.mark.map { "lists \($0)" },
            terms.allowedTypes.map(ConsentEvidence.mark(allowedTypes:)),
        ]
        return .permit(marks.compactMap(\.self).reduce(evidence) { $0.noting($1) }, sensitive: sensitive)
    }

    /// What an exchange is based on in addition to consent, by the rules of the job that made it.
    func footing(of exchange: Exchange) -> Footing {
        Footing(
            join: Join(
                terms: terms.judging(exchangeOf: exchange.job), identities: segmentation.identities, stager: stager,
                clock: clock))
    }

    private var stager: Stager {
        Stager(source: terms.clinic.name, base: terms.clinic.base, identities: segmentation.identities)
    }

    private func counted(_ decision: ConsentDecision, permits: Bool = true) -> ConsentDecision {
        if case .permit = decision, !permits { return decision }
        let labels =
            switch decision {
            case .permit: [("result", "permit"), ("reason", "")]
            case .withhold(let code, _): [("result", "withhold"), ("reason", code.rawValue)]
            }
        Counter(label: MetricName.consent.rawValue, dimensions: labels, factory: metrics).increment()
        return decision
    }

    /// Every consent that is recorded for a payer's member.
    static func recorded(
        of member: ResourceKey, _ reader: any MemberReader
    ) throws -> [ConsentDecision.Recorded] {
        try reader.compartment(of: member).filter { $0.type == "Consent" }.map { staged in
            ConsentDecision.Recorded(
                resource: staged, consent: (try? Resource(parsing: staged.bytes)).map(Consent.init))
        }
    }

    /// The clinic's staged consents for a patient; nil when they cannot be determined.
    private func clinicConsents(
        of patient: ResourceKey, _ via: ResourceKey?, _ reader: any StoreReader
    ) throws -> [ConsentDecision.Recorded]? {
        try ClinicConsents(terms: terms, identities: segmentation.identities).recorded(of: patient, via: via, reader)
    }

    /// The payer's member whose exchange it is.
    private func member(of exchange: Exchange, _ reader: any StoreReader) throws -> ResourceKey? {
        if let member = exchange.match?.member { return member }
        return try exchange.consent?.consent.flatMap(reader.staged)?.patient
    }

    private static func withheld(_ code: FaultCode, _ why: String) -> Fault {
        Fault(
            code, .withhold, why,
            hint: "once a consent is recorded at the payer, the next run or a replay sends the exchange")
    }
}

/// A member's data that may be disclosed to the payer: made by step 3, and by nothing else.
struct PermittedExchange: Sendable {
    let matched: MatchedMember
    let resources: [ClinicalResource]
    /// The clinic's Provenance, except what is held back.
    let provenance: [ClinicalResource]
    let leftOut: [ExchangeManifest.Entry]
    /// How many of those each sensitivity list held back, as ``Sensitivity/recorded(_:)`` names it.
    let heldBy: [String: Int]
    let evidence: ConsentEvidence

    fileprivate init(
        matched: MatchedMember, resources: [ClinicalResource], provenance: [ClinicalResource],
        leftOut: [ExchangeManifest.Entry], heldBy: [String: Int], evidence: ConsentEvidence
    ) {
        self.matched = matched
        self.resources = resources
        self.provenance = provenance
        self.leftOut = leftOut
        self.heldBy = heldBy
        self.evidence = evidence
    }

    /// The record of the decision in a line, for the audit trail: what permits, and how much each list held back.
    var words: String {
        guard !heldBy.isEmpty else { return evidence.words }
        let lists = heldBy.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
        return evidence.words + "; held back by " + lists.joined(separator: ", ")
    }
}

/// The proof that consent was checked at the moment of sending, or that nothing is disclosed.
struct SendPermit: Sendable {
    /// nil for a pure retraction.
    let evidence: ConsentEvidence?

    fileprivate init(evidence: ConsentEvidence?) {
        self.evidence = evidence
    }

    /// Says for the audit trail that consent was checked again, and when.
    var words: String {
        guard let evidence else { return "takes back, and discloses nothing" }
        return "permitted at sending, \(evidence.at?.text ?? ""): \(evidence.rule)"
    }
}

/// The proof that nothing known forbids asking the payer who a patient is.
struct QuestionPermit: Sendable {
    fileprivate init() {}
}
