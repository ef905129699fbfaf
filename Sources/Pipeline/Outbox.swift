import FHIR
import PDex

/// Empties the outbox: claims what is due, sends several at once, and settles them together.
struct Outbox: Sendable {
    let submit: Submit
    let receipts: KeepReceipts
    let ownerIsGone: @Sendable (String) -> Bool
    let observer: @Sendable (RunEvent) -> Void

    /// Claimed and settled together; larger groups share more commits, smaller ones lose less to a crash.
    private static let claimsAtOnce = 16

    /// Frees the claims of workers that are gone.
    func rescue() async throws {
        let now = submit.clock.now()
        let isGone = ownerIsGone
        let freed = try await submit.store.write { try $0.rescue(now: now, ownerIsGone: isGone) }
        if !freed.isEmpty { observer(.note("\(freed.count) deliveries of an ended process are taken over")) }
    }

    /// Delivers everything that is due, and what becomes due within `seconds`.
    func drain(waitingAtMost seconds: Double = 0) async throws -> KeepReceipts.Settled {
        var total = KeepReceipts.Settled()
        let deadline = submit.clock.now().adding(milliseconds: Int64(seconds * 1000))
        while true {
            try Task.checkCancellation()
            let (leases, expiry) = try await submit.claim(limit: Self.claimsAtOnce)
            if leases.isEmpty {
                guard try await waits(until: deadline) else { return total }
                continue
            }
            let settled = try await receipts.settle(try await send(leases, heldUntil: expiry))
            total.bundles += settled.bundles
            total.entries += settled.entries
            observer(.delivered(bundles: settled.bundles))
        }
    }

    /// Waits for the next submission that is due before `deadline`; false when there is none.
    private func waits(until deadline: Instant) async throws -> Bool {
        let payer = submit.terms.payer.name
        guard let due = try await submit.store.read({ try $0.nextDue(payer: payer) }), due <= deadline else {
            return false
        }
        let seconds = (due - submit.clock.now()) / .seconds(1)
        guard seconds > 0 else { return false }
        observer(.waiting(seconds: seconds, why: "\(payer) asked for a pause"))
        try await submit.clock.sleep(seconds: seconds)
        return true
    }

    /// Sends the claims, at most `concurrency` at once and at most `perSecond`.
    private func send(_ leases: [LeasedSubmission], heldUntil expiry: Instant) async throws -> [Submit.Result] {
        var expiry = expiry
        let delivery = submit.terms.delivery
        return try await withThrowingTaskGroup(of: Submit.Result.self) { group in
            var results: [Submit.Result] = []
            for (index, lease) in leases.enumerated() {
                if index >= max(1, delivery.concurrency), let done = try await group.next() { results.append(done) }
                if index > 0, let rate = delivery.perSecond, rate > 0 {
                    try await submit.clock.sleep(seconds: 1 / rate)
                }
                expiry = try await submit.renewing(expiry)
                group.addTask { try await submit.send(lease) }
            }
            for try await done in group { results.append(done) }
            return results
        }
    }
}
