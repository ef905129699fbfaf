import FHIR
import PDex

/// Step 6: delivers what is due in the outbox; consent is checked again at that moment.
struct Submit: Sendable {
    /// What one claim came to.
    enum Result: Sendable {
        /// The payer answered, or could not be asked, under that permit; and what was found of it before, if anybody
        /// looked.
        case answered(LeasedSubmission, SendPermit, Swift.Result<PayerAnswer, Fault>, after: ReadBack.Finding?)
        /// An earlier attempt had brought it, as the payer shows: nothing was sent.
        case found(LeasedSubmission, [String])
        /// Consent no longer permits it: nothing was sent.
        case withheld(LeasedSubmission, Fault)
        /// It was not begun, because the process is stopping or because of a fault that stands in every delivery's way.
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

        /// The fault that stands in the way of every delivery.
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
    /// The longest that one delivery may take, with something to spare: so much of the claim must be left when it
    /// starts.
    private static let longestDeliverySeconds: Int64 = 330

    /// What was claimed.
    struct Claims: Sendable {
        var leases: [LeasedSubmission] = []
        /// How long they hold.
        let expiry: Instant
        /// How many may be under way at once, beside what other processes may have under way; 0 when they leave none.
        let places: Int
        /// Whether the only place is left to a member request at another clinic.
        var isLeft = false
    }

    /// So long a place is left to a request that is due: by then whoever delivers it has come.
    private static let requestSeconds: Int64 = 3600

    /// Claims up to `limit` due submissions and marks their exchanges as submitted, if other processes leave a place at
    /// the payer. Who is `sparing` leaves one in turn to a member request that is due at another clinic of the payer: a
    /// backlog is claimed again and again, and would hold it up until its end.
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
            // What is claimed counts as under way, up to all places.
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

    /// Prolongs the claims of a group when too little is left for another delivery; nobody else may take them over
    /// while one is under way.
    func renewing(_ claims: [Submission], until expiry: Instant) async throws -> Instant {
        let now = clock.now()
        guard now.adding(milliseconds: Self.longestDeliverySeconds * 1000) > expiry else { return expiry }
        let renewed = now.adding(milliseconds: Self.leaseSeconds * 1000)
        try await store.write { try $0.renew(claims, expiry: renewed) }
        return renewed
    }

    /// The claim is another's by now, or nobody's, or its exchange was taken back: what it holds is not to be sent.
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

    /// Sends one claim, if it is still ours and its consent still stands: asked now, and again at the instant when the
    /// request is begun. Who stood still for longer than a claim holds does not send over what came after it.
    ///
    /// What an earlier attempt may have brought is read back first (WR-16). `group` is claimed with it, and prolonged
    /// as it is.
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

    /// What became of the attempt before, if nobody knows: its answer was lost, or its process ended.
    private func finding(of lease: LeasedSubmission, _ group: [Submission]) async throws -> ReadBack.Finding? {
        let submission = lease.submission
        guard try await store.read({ try Self.isDoubtful(submission, $0) }) else { return nil }
        let finding = try await readBack.finding(of: lease.bundle, requestID: submission.requestID)
        // Reading may have taken its time, and nobody may take the claim over while it is sent.
        let expiry = clock.now().adding(milliseconds: Self.leaseSeconds * 1000)
        try await store.write { try $0.renew(group, expiry: expiry) }
        return finding
    }

    /// Whether the payer may have it already.
    private static func isDoubtful(_ submission: Submission, _ reader: any StoreReader) throws -> Bool {
        guard submission.attempts > 1 else {
            // The first attempt of what is replayed as it was sent.
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
        // A division gives its attempt back, so that its receipt is of an attempt before the one nobody knows of.
        return last == nil || last?.fault == .payerUnknownOutcome || last?.verdict == "divided"
    }

    /// The one place where clinical data leaves; only a permit opens it, and it is looked at again when a connection
    /// and a token are there: what waits for them does not leave on a consent from before (CO-03).
    private func deliver(
        _ lease: LeasedSubmission, of group: [Submission], _ permit: SendPermit,
        _ look: @escaping @Sendable () async throws -> SendPermit, after finding: ReadBack.Finding?
    ) async -> Result {
        do {
            // A task of its own: what has begun gets its answer even when the process is asked to stop.
            let renewal = ClaimRenewal(clock: clock, seconds: Self.leaseSeconds / 2) { [store] expiry in
                try await store.write { try $0.renew(group, expiry: expiry) }
            }
            let delivery = Task { [payer] in
                try await payer.submit(
                    lease.bundle, requestID: lease.submission.requestID,
                    lastLook: {
                        // A delivery of many requests may take longer than a claim holds. First, since it waits for the
                        // disk, and a consent may be withdrawn meanwhile.
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
            // A key, a certificate, a registration: no other delivery would fare better, and none is to blame.
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
