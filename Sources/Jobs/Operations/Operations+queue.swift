public import PDex

extension Operations {
    /// The open submissions, the holds, and the state of payers that failed lately.
    public func queue() async throws -> (counts: [QueueCount], holds: [Hold], breakers: [CircuitBreaker]) {
        try await store.read { (try $0.queued(), try $0.holds(), try $0.breakers()) }
    }

    /// Holds a payer, job or lane until it is resumed, even across restarts; false when it is held already.
    ///
    /// Deliveries under way end as usual.
    public func pause(_ subject: Hold.Subject, _ name: String, reason: String) async throws -> Bool {
        let hold = Hold(subject: subject, name: name, at: clock.now(), actor: actor, reason: reason)
        return try await store.write { try $0.hold(hold) }
    }

    /// Lifts a hold; false when the subject was neither held nor closed.
    ///
    /// A payer whose breaker closed after failures is tried at once, with one delivery.
    public func resume(_ subject: Hold.Subject, _ name: String) async throws -> Bool {
        let (now, actor) = (clock.now(), actor)
        return try await store.write { writer in
            let wasHeld = try writer.resume(subject, name, by: actor, at: now)
            guard subject == .payer, var breaker = try writer.breakers().first(where: { $0.payer == name }),
                let until = breaker.closedUntil, until > now, breaker.probe == nil
            else { return wasHeld }
            breaker.closedUntil = now
            try writer.keep(breaker)
            try writer.record(AuditEntry(at: now, actor: actor, action: "queue.tried", reason: "payer \(name)"))
            return true
        }
    }

    /// Runs, newest first.
    public func runs(job: String?, limit: Int) async throws -> [Run] {
        try await store.read { try $0.runs(ofJob: job, limit: limit) }
    }

    /// A job's newest run over its whole roster, scheduled or manual, that is in one of `states`.
    public func lastRun(ofJob job: String, in states: Set<Run.State>) async throws -> Run? {
        try await store.read { try $0.lastRun(ofJob: job, in: states) }
    }

    /// One run, and where the exchanges that it made or met stand now. Throws `run.unknown`.
    public func run(_ id: String) async throws -> (run: Run, tally: [ExchangeTally]) {
        try await store.read { reader in
            guard let run = try reader.run(id) else {
                throw Fault(
                    .runUnknown, .stop, "there is no run of that id in the store", hint: "see  pdex runs list")
            }
            return (run, try reader.tally(run: id))
        }
    }

    /// Where all exchanges that were ever accepted stand now: each is counted in exactly one line.
    public func balance() async throws -> [ExchangeTally] {
        try await store.read { try $0.balance() }
    }
}
