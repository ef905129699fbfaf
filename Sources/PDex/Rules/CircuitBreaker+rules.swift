public import FHIR

extension CircuitBreaker {
    /// A delivery worked. A closed payer is reopened only by its probe; any other delivery was begun before it was
    /// closed.
    public mutating func worked(_ submission: String, at now: Instant) {
        guard isClosed else {
            guard !isAtRest else { return }
            failing = []
            named = nil
            spent = max(0, spent - 1)
            at = now
            return
        }
        guard submission == probe else { return }
        self = CircuitBreaker(payer: payer, at: now)
    }

    /// A delivery failed in a way that says something about the payer: too many such failures close it, and so does a
    /// failed probe.
    public mutating func failed(
        _ submission: String, with fault: Fault, _ policy: BreakerPolicy, at now: Instant, jitter: Double
    ) {
        at = now
        lastFault = fault.code
        if let seconds = fault.retryAfterSeconds {
            let time = now.adding(milliseconds: Int64(seconds) * 1000)
            named = max(named ?? time, time)
        }
        if !failing.contains(submission), failing.count < policy.failures { failing.append(submission) }
        spent = min(spent + 10, policy.budget * 10)
        let isWorn = isClosed ? submission == probe : failing.count >= policy.failures || spent >= policy.budget * 10
        guard isWorn else {
            // Begun before the payer was closed; its answer may have named a later time.
            if probe == nil, let until = closedUntil, let named { closedUntil = max(until, named) }
            return
        }
        closings += 1
        probe = nil
        let pause = policy.pause(closing: closings, jitter: jitter)
        let until = now.adding(milliseconds: Int64(pause * 1000))
        closedUntil = max(until, named ?? until)
    }

    /// The probe's outcome says nothing about the payer: another may take its place at once.
    public mutating func gaveUp(_ submission: String, at now: Instant) {
        guard submission == probe else { return }
        probe = nil
        closedUntil = now
        at = now
    }

    /// Whether something may be claimed: everything, one as a probe, or nothing.
    public func permits(at now: Instant) -> Permission {
        guard let closedUntil else { return .everything }
        return closedUntil <= now ? .probe : .nothing
    }

    /// What may be claimed for a payer.
    public enum Permission: Sendable, Hashable { case everything, probe, nothing }
}
