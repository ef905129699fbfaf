import PDex
import Synchronization

/// Decides again before each try of a question: a payer in trouble is tried several times, up to a minute apart, and
/// the patient may have withdrawn meanwhile (CO-03, CO-10).
final class QuestionLook: Sendable {
    private let inquiry: MemberInquiry
    private let patient: ResourceKey
    /// The clinic's consents as they were read for the question.
    private let live: [ConsentDecision.Recorded]
    private let hasBegun = Mutex(false)

    init(inquiry: MemberInquiry, patient: ResourceKey, live: [ConsentDecision.Recorded]) {
        self.inquiry = inquiry
        self.patient = patient
        self.live = live
    }

    /// Throws what now objects; then no byte of this try leaves.
    func take() async throws {
        let (inquiry, patient, live) = (inquiry, patient, live)
        let objection = try await inquiry.store.read { reader in
            try inquiry.objection(to: patient, live, reader)
        }
        if let objection { throw objection }
        hasBegun.withLock { $0 = true }
    }

    /// The state to keep for a withheld question: it does not count unless the payer may have it from an earlier try.
    func withheld(_ asked: MemberMatch, unasked: MemberMatch, _ fault: Fault) -> MemberMatch {
        var match = hasBegun.withLock { $0 } ? asked : unasked
        match.detail = "\(fault.code.rawValue): \(fault.message)"
        match.at = inquiry.clock.now()
        return match
    }
}
