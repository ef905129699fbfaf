import FHIR
import PDex

/// Empties the outbox: claims what is due, sends several at once, and settles them together.
struct Outbox: Sendable {
    let submit: Submit
    let receipts: KeepReceipts
    let records: PayerRecords
    let pace: Pace
    let ownerIsGone: @Sendable (String) -> Bool
    let observer: @Sendable (RunEvent) -> Void

    /// How many are claimed and settled together; larger groups need fewer commits, smaller ones lose less to a crash.
    private static let claimsAtOnce = 32

    /// How many seconds to wait for another process that occupies every delivery slot at the payer; then what is due is
    /// left to it, or to the next time.
    private static let longestPatience = 30

    /// For how many seconds before each group the only place at a payer is left to a member request at another clinic:
    /// a process that waits for a place looks once a second.
    private static let longestCourtesy = 2

    /// Frees the claims of processes that have ended.
    func rescue() async throws {
        let freed = try await receipts.rescue(ownerIsGone)
        guard !freed.isEmpty else { return }
        let what = freed.count.counting("delivery of an ended process is", "deliveries of an ended process are")
        observer(.note(what + " taken over"))
    }

    /// Delivers everything that is due, and what becomes due within `seconds`.
    ///
    /// Throws a fault that blocks every delivery, such as a key that the payer refuses: nothing is parked for it, and
    /// what was claimed waits as before.
    func drain(waitingAtMost seconds: Double = 0) async throws -> KeepReceipts.Settled {
        var total = KeepReceipts.Settled()
        let deadline = submit.clock.now().adding(milliseconds: Int64(seconds * 1000))
        var patience = Self.longestPatience
        var courtesy = Self.longestCourtesy
        while try await isDue(before: deadline) {
            try Task.checkCancellation()
            try await records.freshen()
            let claims = try await submit.claim(
                limit: min(Self.claimsAtOnce, pace.mostAtOnce), sparing: courtesy > 0)
            if claims.places == 0, patience > 0 {
                patience -= 1
                if claims.isLeft { courtesy -= 1 }
                // Waits for another process to leave a place at the payer.
                try await submit.clock.sleep(seconds: 1)
                try await rescue()
                continue
            }
            guard !claims.leases.isEmpty else { break }
            patience = Self.longestPatience
            courtesy = Self.longestCourtesy
            let results = await send(claims)
            let settled = try await settle(results)
            total.bundles += settled.bundles
            total.entries += settled.entries
            tell(settled)
            if let fault = results.lazy.compactMap(\.standstill).first { throw fault }
        }
        try Task.checkCancellation()
        return total
    }

    /// Tells what a group came to.
    private func tell(_ settled: KeepReceipts.Settled) {
        let payer = submit.terms.payer.name
        observer(.delivered(payer: payer, bundles: settled.bundles))
        if settled.asked > 0 { observer(.paused(payer: payer, seconds: settled.asked)) }
        for (fault, count) in settled.parked.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            observer(.parked(payer: payer, fault: fault, exchanges: count))
        }
        switch settled.news {
        case .closed(let until, let fault): observer(.closed(payer: payer, until: until, fault: fault))
        case .opened(let fault): observer(.opened(payer: payer, fault: fault))
        case nil: break
        }
    }

    /// How often answers are tried to be kept that the store does not take.
    private static let mostTries = 5

    /// Stores the answers. If the store is locked or the disk full, it tries again while the claims hold: an answer
    /// that is not stored has to be found out again.
    private func settle(_ results: [Submit.Result]) async throws -> KeepReceipts.Settled {
        for _ in 1..<Self.mostTries {
            do {
                return try await receipts.settle(results)
            } catch let fault as Fault where fault.isOfStore {
                // Waits for the store to be free; a task that is being stopped does not.
                try? await submit.clock.sleep(seconds: 5)
            }
        }
        return try await receipts.settle(results)
    }

    /// Waits for the next submission that is due before `deadline`; false when there is none.
    private func isDue(before deadline: Instant) async throws -> Bool {
        let route = submit.terms.route
        guard let due = try await submit.store.read({ try $0.nextDue(route) }), due <= deadline else { return false }
        let seconds = (due - submit.clock.now()) / .seconds(1)
        guard seconds > 0 else { return true }
        observer(.waiting(seconds: seconds, why: "\(route.payer) asked for a pause"))
        try await submit.clock.sleep(seconds: seconds)
        return true
    }

    /// Whether enough of a group failed in a row for the payer to be closed: the others are not tried.
    private func hasFailed(_ results: [Submit.Result]) -> Bool {
        let most = submit.terms.breaker.failures
        let begun = results.filter { if case .unsent = $0 { false } else { true } }
        return begun.count >= most && begun.suffix(most).allSatisfy(\.isTrouble)
    }

    /// Sends the claims, as many at once as the job allows; gives back what it does not begin.
    private func send(_ claims: Submit.Claims) async -> [Submit.Result] {
        var expiry = claims.expiry
        let all = claims.leases.map(\.submission)
        let concurrency = max(1, submit.terms.delivery.concurrency)
        return await withTaskGroup(of: Submit.Result.self) { group in
            var results: [Submit.Result] = []
            for (index, lease) in claims.leases.enumerated() {
                if index >= concurrency, let done = await group.next() { results.append(done) }
                do {
                    try Task.checkCancellation()
                    if let fault = results.lazy.compactMap(\.standstill).first { throw fault }
                    if hasFailed(results) { throw CancellationError() }
                    // The group's claims are kept while one waits.
                    expiry = try await submit.renewing(all, until: expiry)
                    try await pace.enter(most: claims.places) {
                        expiry = try await submit.renewing(all, until: expiry)
                    }
                } catch {
                    results.append(.unsent(lease, error as? Fault))
                    continue
                }
                do {
                    if index > 0 {
                        // If the payer takes minutes for each, the last of a group is sent hours after the first
                        // (CO-10).
                        try await records.freshen()
                    }
                    expiry = try await submit.renewing(all, until: expiry)
                } catch {
                    pace.leave()
                    results.append(.unsent(lease, error as? Fault))
                    continue
                }
                group.addTask {
                    let result = await submit.send(lease, of: all)
                    pace.leave()
                    return result
                }
            }
            for await done in group { results.append(done) }
            return results
        }
    }
}
