import Mappings
public import PDex

extension ExchangePipeline {
    /// Makes a member's exchange anew and delivers it; `step` says from where.
    public func replay(_ exchange: Exchange, run: Run, from step: Replay.Step = .join) async throws -> Exchange {
        try await store.write { try $0.open(run) }
        _ = try await remake(exchange, run: run, from: step, acceptingMappingChanges: true)
        _ = try await outbox.drain(waitingAtMost: 5)
        let (member, payer) = (exchange.member, terms.payer.name)
        return try await store.read { try $0.latestExchange(member: member, payer: payer) } ?? exchange
    }

    /// Makes a member's exchange anew, or only what failed of it, and puts it into the outbox; `run` is open. What was
    /// asked for some types alone is made for those.
    ///
    /// `also` is written in the same transaction, with the new exchange's id. Throws `mapping.changed` and
    /// `exchange.not-replayable` when it cannot be replayed so; then nothing was written.
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

    /// What replaying it would come to, by what is in the store; nobody is asked, and nothing is written but ways to
    /// people who have none yet.
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

    /// Delivers what is due on the route, and what becomes due within so many seconds; what a process that ended had
    /// under way is taken over.
    public func empty(waitingAtMost seconds: Double = 0) async throws {
        try await outbox.rescue()
        _ = try await outbox.drain(waitingAtMost: seconds)
    }

    /// Makes an exchange anew for the types that it was asked for. What goes as it was is held against all of the job's:
    /// it may bring what waited when it was asked for.
    private func maker(again exchange: Exchange, from step: Replay.Step, _ run: Run) -> ExchangeMaker {
        guard step == .submit else { return narrowed(to: exchange.types).maker(run) }
        var maker = maker(run)
        maker.types = exchange.types
        return maker
    }

    /// Asks the clinic for everything of a patient again. Throws `exchange.not-replayable` for what may well be wrong
    /// with that patient alone, and where not everything came: what is left of before must not go as if it were new.
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
            // What befell the patient's data is counted. Anything else would befall the others of a replay, too.
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
