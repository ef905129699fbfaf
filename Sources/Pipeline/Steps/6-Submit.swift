import FHIR
import PDex

/// Step 6: delivers what is due in the outbox; consent is checked again at that moment.
struct Submit: Sendable {
    /// The outcome of one claim.
    enum Result: Sendable {
        /// The payer answered, or the attempt failed, under that permit; `after` is what was found of it before, if
        /// that was looked for.
        case answered(LeasedSubmission, SendPermit, Swift.Result<PayerAnswer, Fault>, after: ReadBack.Finding?)
        /// An earlier attempt had arrived, as reading it back showed: nothing was sent.
        case found(LeasedSubmission, [String])
        /// Consent no longer permits it: nothing was sent.
        case withheld(LeasedSubmission, Fault)
        /// It was not sent, because the process is stopping, the claim was lost, or a fault blocks every delivery.
        case unsent(LeasedSubmission, Fault?)

        /// The claim.
        var lease: LeasedSubmission {
            switch self {
            case .answered(let lease, _, _, _), .found(let lease, _), .withheld(let lease, _), .unsent(let lease, _):
                lease
            }
        }

        /// Whether it failed in a way that speaks of the payer.
        var isTrouble: Bool {
            guard case .answered(_, _, let answer, _) = self else { return false }
            return PayerHealth.isTrouble(answer)
        }

        /// The fault that blocks every delivery.
        var standstill: Fault? {
            guard case .unsent(_, let fault) = self else { return nil }
            return fault
        }
    }

    let terms: ExchangeTerms
    let payer: any PayerServer
    let store: any Store
    let consent: CheckConsent
    let records: PayerRecords
    let clock: any WallClock
    let owner: String

    private var readBack: ReadBack { ReadBack(payer: payer) }

    /// How long a claim holds before it must be renewed.
    private static let leaseSeconds: Int64 = 600
    /// The longest that one delivery may take, with a margin: at least this much of the claim must be left at its
    /// start.
    private static let longestDeliverySeconds: Int64 = 330

    /// What was claimed.
    struct Claims: Sendable {
        var leases: [LeasedSubmission] = []
        /// When they expire.
        let expiry: Instant
        /// How many may be under way at once in addition to those of other processes; 0 when they leave no place.
        let places: Int
        /// Whether the only free place is left for a member request at another clinic.
        var isLeft = false
    }

    /// How long a place is left for a request that is due: by then, a process that delivers it has come.
    private static let requestSeconds: Int64 = 3600

    /// Claims up to `limit` due submissions and marks their exchanges as submitted, if other processes leave a place at
    /// the payer. With `sparing`, one place is left for a member request that is due at another clinic of the payer: a
    /// backlog, claimed group after group, would otherwise hold it up until its end.
    func claim(limit: Int, sparing isSparing: Bool) async throws -> Claims {
        let now = clock.now()
        let since = now.adding(milliseconds: -Self.requestSeconds * 1000)
        let expiry = now.adding(milliseconds: Self.leaseSeconds * 1000)
        return try await store.write { [terms, owner] writer in
            let most = max(1, terms.delivery.concurrency)
            let others = try writer.deliveriesUnderWay(
                to: terms.payer.name, besides: owner, eachAtMost: most, at: now)
            guard others < most else { return Claims(expiry: expiry, places: 0) }
            let leavesOne = try isSparing && writer.requestIsDue(besides: terms.route, since: since, at: now)
            let places = most - others - (leavesOne ? 1 : 0)
            guard places > 0 else { return Claims(expiry: expiry, places: 0, isLeft: true) }
            // Claims count as under way, so claiming more would take the place that is left.
            let leases = try writer.lease(
                terms.route, limit: leavesOne ? min(limit, places) : limit, owner: owner, now: now, expiry: expiry)
            for lease in leases {
                let id = lease.submission.exchange
                guard let exchange = try writer.standing(ofExchange: id), exchange.state.successors.contains(.submitted)
                else { continue }
                let entry = AuditEntry(
                    at: now, actor: owner, action: "exchange.submitted", run: exchange.run, exchange: id,
                    reason: "part \(lease.submission.part), attempt \(lease.submission.attempts)")
                try writer.advance(id, to: .submitted, reason: nil, detail: nil, at: now, audit: entry)
            }
            return Claims(leases: leases, expiry: expiry, places: places)
        }
    }

    /// Renews the claims of a group when too little time is left for another delivery: no other process may take them
    /// over while one is under way.
    func renewing(_ claims: [Submission], until expiry: Instant) async throws -> Instant {
        let now = clock.now()
        guard now.adding(milliseconds: Self.longestDeliverySeconds * 1000) > expiry else { return expiry }
        let renewed = now.adding(milliseconds: Self.leaseSeconds * 1000)
        try await store.write { try $0.renew(claims, expiry: renewed) }
        return renewed
    }

    /// The claim is now another process's or nobody's, or its exchange was taken back: it must not be sent.
    private struct LostClaim: Error {}

    /// Decides whether a claim may be sent now, by records of the payer that are young. A delivery is one decision,
    /// however often it is looked at while it goes on.
    private func permit(toSend lease: LeasedSubmission, again: Bool = false) async throws -> SendPermit {
        let permit = try await records.youngLook { [consent] reader in
            guard let exchange = try reader.exchange(lease.submission.exchange) else {
                throw Fault(.exchangeUnknown, .park, "the submission's exchange is not in the store")
            }
            let claim = lease.submission
            let isOurs = try reader.submissions(ofExchange: exchange.id).contains {
                $0.id == claim.id && $0.state == .leased && $0.epoch == claim.epoch
            }
            guard isOurs else { throw LostClaim() }
            let permit = try consent.permit(toSend: exchange, reader, countingPermit: !again).get()
            // Taken back since it was claimed, by an operator or by a withdrawal.
            guard exchange.state.isPending else { throw LostClaim() }
            return permit
        }
        guard let permit else { throw LostClaim() }
        return permit
    }

    /// Sends one claim, if it is still ours and its consent still holds: checked now, and again when the request
    /// starts. A process suspended past its lease must not overwrite newer data.
    ///
    /// What an earlier attempt may have brought is read back first (WR-16). `group` are the claims made with it, which
    /// are renewed together.
    func send(_ lease: LeasedSubmission, of group: [Submission]) async -> Result {
        let look: @Sendable () async throws -> SendPermit = { try await permit(toSend: lease, again: true) }
        do {
            let finding = try await finding(of: lease, group)
            if case .asSent(let locations) = finding { return .found(lease, locations) }
            return await deliver(lease, of: group, try await permit(toSend: lease), look, after: finding)
        } catch let fault as Fault where fault.disposition == .withhold || fault.disposition == .park {
            return .withheld(lease, fault)
        } catch {
            return .unsent(lease, error as? Fault)
        }
    }

    /// Reads back the attempt before if its outcome is unknown: its answer was lost, or its process ended.
    private func finding(of lease: LeasedSubmission, _ group: [Submission]) async throws -> ReadBack.Finding? {
        let submission = lease.submission
        guard try await store.read({ try Self.isDoubtful(submission, $0) }) else { return nil }
        let finding = try await readBack.finding(of: lease.bundle, requestID: submission.requestID)
        // Reading may have taken long, and no other process may take the claim over while it is sent.
        let expiry = clock.now().adding(milliseconds: Self.leaseSeconds * 1000)
        try await store.write { try $0.renew(group, expiry: expiry) }
        return finding
    }

    /// Whether the payer may have it already.
    private static func isDoubtful(_ submission: Submission, _ reader: any StoreReader) throws -> Bool {
        guard submission.attempts > 1 else {
            // The first attempt of a replay with the same content.
            guard submission.lane == .replay,
                let original = try reader.exchange(submission.exchange)?.replayOf
            else { return false }
            return try reader.submissions(ofExchange: original).contains {
                $0.contentDigest == submission.contentDigest
            }
        }
        let last = try reader.receipts(ofExchange: submission.exchange).last {
            $0.submission == submission.id && $0.attempt == submission.attempts - 1
        }
        // A division gives its attempt back, so its receipt is from before the attempt whose outcome is unknown.
        return last == nil || last?.fault == .payerUnknownOutcome || last?.verdict == "divided"
    }

    /// The only place where clinical data leaves. It takes a permit, and consent is checked again once a connection and
    /// a token are there: data that waited for them must not leave on an old decision (CO-03).
    private func deliver(
        _ lease: LeasedSubmission, of group: [Submission], _ permit: SendPermit,
        _ look: @escaping @Sendable () async throws -> SendPermit, after finding: ReadBack.Finding?
    ) async -> Result {
        do {
            // A separate task, so that what has begun gets its answer even when the process is asked to stop.
            let renewal = ClaimRenewal(clock: clock, seconds: Self.leaseSeconds / 2) { [store] expiry in
                try await store.write { try $0.renew(group, expiry: expiry) }
            }
            let delivery = Task { [payer] in
                try await payer.submit(
                    lease.bundle, requestID: lease.submission.requestID,
                    lastLook: {
                        // A delivery of many requests may outlast a claim. Renewed before the look, because it waits
                        // for the disk, and a consent may be withdrawn meanwhile.
                        try await renewal.renewIfDue()
                        _ = try await look()
                    })
            }
            let answer = try await Drain.value(of: delivery, clock)
            return answer.status == 401
                ? .unsent(lease, refusedToken) : .answered(lease, permit, .success(answer), after: finding)
        } catch let fault as Fault where fault.disposition == .withhold {
            return .withheld(lease, fault)
        } catch let fault as Fault where fault.disposition == .halt || fault.disposition == .stop {
            // A key, a certificate or a registration is at fault: no other delivery would fare better.
            return .unsent(lease, fault)
        } catch is LostClaim {
            return .unsent(lease, nil)
        } catch let fault as Fault {
            return .answered(lease, permit, .failure(fault), after: finding)
        } catch {
            return .answered(
                lease, permit,
                .failure(
                    Fault(
                        .payerUnknownOutcome, .retry, "the delivery to \(terms.payer.name) was interrupted",
                        hint: "it is looked for, and sent again if it is not there; the payer keeps one copy")),
                after: finding)
        }
    }

    private var refusedToken: Fault {
        Fault(
            .authTokenRefused, .halt, "\(terms.payer.name) refused a new access token (401)",
            hint: "ask the payer about the client's registration; what waits is sent by the next run")
    }
}
