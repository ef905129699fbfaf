public import PDex

/// Why a patient is or is not taken for a member, written for people.
public struct MatchExplanation: Sendable {
    /// The values that a rule looks for.
    public struct Values: Sendable {
        /// The rule.
        public let rule: MatchRule
        /// The values; empty unless they were asked for, since they name a person.
        public let values: [String]
        /// How many there are.
        public let count: Int
    }

    /// The clinic's Patient.
    public let patient: ResourceKey
    /// The values that the job's rules look for, in order.
    public let looked: [Values]
    /// What happened, one sentence each.
    public let steps: [String]
    /// The evidence, with the member, when one was recognised.
    public let evidence: MatchEvidence?
    /// Why nobody was recognised.
    public let reason: FaultCode?
    /// The decision in words.
    public let verdict: String
    /// What the payer wrongly holds of the patient, and what happens to that; nil when there is nothing.
    public let misplaced: String?

    init(
        patient: ResourceKey, looked: [Values], steps: [String], outcome: Recognition.Outcome, misplaced: String?
    ) {
        self.misplaced = misplaced
        self.patient = patient
        self.looked = looked
        self.steps = steps
        switch outcome {
        case .recognised(let records, let found):
            evidence = found
            reason = records.coverages.isEmpty ? .coverageMissing : nil
            let count = records.coverages.count
            verdict = "it is the member, by \(found.rule), with \(count) coverage\(count == 1 ? "" : "s")"
        case .nobody(let code, let why):
            (evidence, reason, verdict) = (nil, code, why)
        case .unsure(let code, let why, _):
            (evidence, reason, verdict) = (nil, code, "parked: " + why)
        }
    }
}
