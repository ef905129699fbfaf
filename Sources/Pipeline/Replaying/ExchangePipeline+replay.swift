import Mappings
public import PDex

extension ExchangePipeline {
    /// Makes a member's exchange again, starting at `step`, and delivers it.
    public func replay(_ exchange: Exchange, run: Run, from step: Replay.Step = .join) async throws -> Exchange {
        try await store.write { try $0.open(run) }
        _ = try await remake(exchange, run: run, from: step, acceptingMappingChanges: true)
        _ = try await outbox.drain(waitingAtMost: 5)
        let (member, payer) = (exchange.member, terms.payer.name)
        return try await store.read { try $0.latestExchange(member: member, payer: payer) } ?? exchange
    }

    /// Makes a member's exchange again, or only what failed of it, and puts it into the outbox; `run` is open. An
    /// exchange that was requested for some types only is made for those.
    ///
    /// `also` writes in the same transaction, and gets the new exchange's id. Throws `mapping.changed` and
    /// `exchange.not-replayable` when it cannot be replayed like this; then nothing was written.
    public func remake(
        _ exchange: Exchange, run: Run, from step: Replay.Step, acceptingMappingChanges: Bool,
        onlyFailedEntries: Bool = false,
        also: @escaping @Sendable (any StoreWriter, _ made: String) throws -> Void = { _, _ in }
    ) async throws -> Exchange {
        let again = Again(
            exchange, from: step, acceptsMappingChanges: acceptingMappingChanges,
            onlyFailedEntries: onlyFailedEntries, identities: identities)
        let maker = maker(again: exchange, from: step, run)
        try again.check(mapping: maker.map.mappings.hash)
        switch step {
        case .pull: try await narrowed(to: exchange.types).pull(exchange.member, run)
        case .join: try await records.freshen()
        case .map, .submit: try await records.ensureIndexed()
        }
        let made = try await store.read { try again.made(by: maker, $0) }
        guard case .made(let new, _, _, _) = made.work else { return exchange }
        try await ExchangeWriter(store: store, clock: clock, actor: owner).write([made], in: run) { writer in
            try writer.addToRoster(run: run.id, patients: [exchange.member])
            try also(writer, new.id)
        }
        return new
    }

    /// The result that replaying it would have, judging by the store; no server is asked, and nothing is written except
    /// the index of people who are not indexed yet.
    ///
    /// Throws as ``remake(_:run:from:acceptingMappingChanges:also:)`` does.
    public func preview(
        _ exchange: Exchange, run: Run, from step: Replay.Step, acceptingMappingChanges: Bool,
        onlyFailedEntries: Bool = false
    ) async throws -> ReplayPreview {
        let again = Again(
            exchange, from: step, acceptsMappingChanges: acceptingMappingChanges,
            onlyFailedEntries: onlyFailedEntries, identities: identities)
        let maker = maker(again: exchange, from: step, run)
        try again.check(mapping: maker.map.mappings.hash)
        try await records.ensureIndexed()
        return try await store.read { reader in
            let made = try again.made(by: maker, reader)
            let holdings = try maker.retract.holdings(of: exchange.member, reader)
            return ReplayPreview(made, holdings: holdings.hashes)
        }
    }

    /// Delivers what is due on the route, and what becomes due within that many seconds, taking over deliveries that a
    /// process left under way when it ended.
    public func empty(waitingAtMost seconds: Double = 0) async throws {
        try await outbox.rescue()
        _ = try await outbox.drain(waitingAtMost: seconds)
    }

    /// The maker for an exchange, limited to the types for which it was requested. A replay as sent is compared with
    /// all the job's types: it may carry resources that were waiting when it was requested.
    private func maker(again exchange: Exchange, from step: Replay.Step, _ run: Run) -> ExchangeMaker {
        guard step == .submit else { return narrowed(to: exchange.types).maker(run) }
        var maker = maker(run)
        maker.types = exchange.types
        return maker
    }

    /// Fetches everything of a patient again. Throws `exchange.not-replayable` for faults that may concern that patient
    /// alone, and if not everything came: old data must not be sent as if it were new.
    private func pull(_ member: ResourceKey, _ run: Run) async throws {
        guard let patient = try await store.read({ try $0.staged(member) }) else {
            throw Fault(
                .exchangeNotReplayable, .stop, "the member's Patient is not staged, so that nobody can ask for it",
                hint: "run the job, or replay from the join")
        }
        let pull = Pull(
            terms: terms, run: run, clinic: clinic(of: run), records: records, store: store, identities: identities,
            clock: clock, mostMissing: mostMissing, observer: observer)
        do {
            try await pull.one(patient.id)
        } catch let fault as Fault where PatientPull.isOfOnePatient(fault) {
            // Faults in the patient's own data are counted. Any other would hit the rest of the replay, too.
            guard await pull.tally.problems[fault.code] != nil else { throw fault }
            throw Fault(
                .exchangeNotReplayable, .stop,
                "the patient's data cannot be had again (\(fault.code.rawValue)): \(fault.message)",
                hint: "look at that patient at \(terms.clinic.name), or replay from the join")
        }
        let problems = await pull.tally.problems
        guard problems.isEmpty else {
            let codes = problems.keys.map(\.rawValue).sorted().joined(separator: ", ")
            throw Fault(
                .exchangeNotReplayable, .stop, "the pull was not whole: \(codes)",
                hint: "look the codes up among the errors; replay it again once the clinic gives everything")
        }
    }
}
