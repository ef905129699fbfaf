import FHIR
import PDex

extension KeepReceipts {
    /// Frees the claims of processes that have ended; parks what was lost that way too often, with a receipt that says
    /// why.
    func rescue(_ ownerIsGone: @escaping @Sendable (String) -> Bool) async throws -> [Submission] {
        let now = clock.now()
        return try await store.write { writer in
            let freed = try writer.rescue(now: now, ownerIsGone: ownerIsGone)
            for breaker in freed.isEmpty ? [] : try writer.breakers() {
                var freedBreaker = breaker
                for submission in freed { freedBreaker.gaveUp(submission.id, at: now) }
                if freedBreaker != breaker { try writer.keep(freedBreaker) }
            }
            for submission in freed where try isTakenBack(submission, writer) {
                // Its exchange was taken back meanwhile; it is unknown whether it arrived.
                let receipt = receipt(submission, .none, "cancelled", Self.processLost.code, nil, [], now)
                _ = try writer.settle(
                    submission.id, epoch: submission.epoch, as: .cancelled, notBefore: nil, receipt: receipt)
                _ = try writer.cancelOpenSubmissions(ofExchange: submission.exchange)
            }
            for submission in freed where submission.state == .parked {
                guard try !isTakenBack(submission, writer) else { continue }
                let receipt = receipt(submission, .none, "parked", Self.processLost.code, nil, [], now)
                // The claim is gone already: this only keeps the receipt.
                _ = try writer.settle(
                    submission.id, epoch: submission.epoch, as: .parked, notBefore: nil, receipt: receipt)
                try follow(submission, Self.processLost, at: now, writer)
            }
            return freed
        }
    }

    private static let processLost = Fault(
        .processLost, .park, "\(SubmissionState.lostClaimsAllowed) times the process ended with this delivery",
        hint: "see in the log how it ended; then replay the exchange")
}
