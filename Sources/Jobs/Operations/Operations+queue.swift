public import PDex

extension Operations {
    /// What is open in the outbox, and what is held back.
    public func queue() async throws -> (counts: [QueueCount], holds: [Hold]) {
        try await store.read { (try $0.queued(), try $0.holds()) }
    }

    /// Holds a payer, job or lane back until it is resumed, also over restarts; false when it is held already.
    ///
    /// What is on its way ends as ever.
    public func pause(_ subject: Hold.Subject, _ name: String, reason: String) async throws -> Bool {
        let hold = Hold(subject: subject, name: name, at: clock.now(), actor: actor, reason: reason)
        return try await store.write { try $0.hold(hold) }
    }

    /// Lets it go on; false when it was not held.
    public func resume(_ subject: Hold.Subject, _ name: String) async throws -> Bool {
        let (now, actor) = (clock.now(), actor)
        return try await store.write { try $0.resume(subject, name, by: actor, at: now) }
    }

    /// Runs, newest first.
    public func runs(job: String?, limit: Int) async throws -> [Run] {
        try await store.read { try $0.runs(ofJob: job, limit: limit) }
    }

    /// One run and how the members' exchanges that it made or met stand now. Throws `run.unknown`.
    public func run(_ id: String) async throws -> (run: Run, tally: [ExchangeTally]) {
        try await store.read { reader in
            guard let run = try reader.run(id) else {
                throw Fault(
                    .runUnknown, .stop, "there is no run of that id in the store", hint: "see  pdex runs list")
            }
            return (run, try reader.tally(run: id))
        }
    }

    /// How all exchanges that were ever accepted stand now: each is in one line.
    public func balance() async throws -> [ExchangeTally] {
        try await store.read { try $0.balance() }
    }
}
