import FHIR
import PDex

/// Step 6: delivers what is due in the outbox; consent is checked again at that moment.
struct Submit: Sendable {
    /// What one claim came to.
    enum Result: Sendable {
        /// The payer answered, or could not be asked, under that permit.
        case answered(LeasedSubmission, SendPermit, Swift.Result<PayerAnswer, Fault>)
        /// Consent no longer permits it: nothing was sent.
        case withheld(LeasedSubmission, Fault)
        /// It was not begun, because the process is stopping or because of a fault that stands in every delivery's way.
        case unsent(LeasedSubmission, Fault?)

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
    let clock: any WallClock
    let owner: String

    /// How long a claim holds before it must be renewed.
    private static let leaseSeconds: Int64 = 600
    /// The longest that one delivery may take, with something to spare: so much of the claim must be left when it starts.
    private static let longestDeliverySeconds: Int64 = 330

    /// Claims up to `limit` due submissions and marks their exchanges as submitted; tells how long the claims hold.
    func claim(limit: Int) async throws -> (leases: [LeasedSubmission], expiry: Instant) {
        let now = clock.now()
        let expiry = now.adding(milliseconds: Self.leaseSeconds * 1000)
        let leases = try await store.write { [terms, owner] writer in
            let leases = try writer.lease(
                terms.route, limit: limit, owner: owner, now: now, expiry: expiry)
            for lease in leases {
                let id = lease.submission.exchange
                guard let exchange = try writer.standing(ofExchange: id), exchange.state.successors.contains(.submitted)
                else { continue }
                let entry = AuditEntry(
                    at: now, actor: owner, action: "exchange.submitted", run: exchange.run, exchange: id,
                    reason: "part \(lease.submission.part), attempt \(lease.submission.attempts)")
                try writer.advance(id, to: .submitted, reason: nil, detail: nil, at: now, audit: entry)
            }
            return leases
        }
        return (leases, expiry)
    }

    /// Prolongs the claims of this process when too little is left for another delivery; nobody else may take them over
    /// while one is under way.
    func renewing(_ expiry: Instant) async throws -> Instant {
        let now = clock.now()
        guard now.adding(milliseconds: Self.longestDeliverySeconds * 1000) > expiry else { return expiry }
        let renewed = now.adding(milliseconds: Self.leaseSeconds * 1000)
        try await store.write { [owner] in try $0.renew(owner: owner, expiry: renewed) }
        return renewed
    }

    /// Sends one claim, if its consent still stands: asked now, and again at the instant when the request is begun.
    func send(_ lease: LeasedSubmission) async -> Result {
        let look: @Sendable () async throws -> SendPermit = { [store, consent] in
            try await store.read { reader in
                guard let exchange = try reader.exchange(lease.submission.exchange) else {
                    throw Fault(.exchangeUnknown, .park, "the submission's exchange is not in the store")
                }
                return try consent.permit(toSend: exchange, reader).get()
            }
        }
        do {
            return await deliver(lease, try await look(), look)
        } catch let fault as Fault where fault.disposition == .withhold || fault.disposition == .park {
            return .withheld(lease, fault)
        } catch {
            return .unsent(lease, error as? Fault)
        }
    }

    /// The one place where clinical data leaves; only a permit opens it, and it is looked at again when a connection and
    /// a token are there: what waits for them does not leave on a consent from before (CO-03).
    private func deliver(
        _ lease: LeasedSubmission, _ permit: SendPermit, _ look: @escaping @Sendable () async throws -> SendPermit
    ) async -> Result {
        do {
            let requestID = "\(lease.submission.id)-\(lease.submission.attempts)"
            // A task of its own: what has begun is ended even when the process is asked to stop, because an outcome
            // that is known need not be found out later. The delivery's own time-out bounds it.
            let delivery = Task { [payer] in
                try await payer.submit(lease.bundle, requestID: requestID, lastLook: { _ = try await look() })
            }
            let answer = try await delivery.value
            return answer.status == 401 ? .unsent(lease, refusedToken) : .answered(lease, permit, .success(answer))
        } catch let fault as Fault where fault.disposition == .withhold {
            return .withheld(lease, fault)
        } catch let fault as Fault where fault.disposition == .halt || fault.disposition == .stop {
            // A key, a certificate, a registration: no other delivery would fare better, and none is to blame.
            return .unsent(lease, fault)
        } catch let fault as Fault {
            return .answered(lease, permit, .failure(fault))
        } catch {
            return .answered(
                lease, permit,
                .failure(
                    Fault(
                        .payerUnknownOutcome, .retry, "the delivery to \(terms.payer.name) was interrupted",
                        hint: "it is sent again; the payer keeps one copy")))
        }
    }

    private var refusedToken: Fault {
        Fault(
            .authTokenRefused, .halt, "\(terms.payer.name) refused a new access token (401)",
            hint: "ask the payer about the client's registration; what waits is sent by the next run")
    }
}
