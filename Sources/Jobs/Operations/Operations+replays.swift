public import PDex
import Pipeline

extension Operations {
    /// What replaying exchanges would come to, and which cannot be, and why; by what is in the store.
    ///
    /// `words` are ids or their beginnings, as for ``show(_:)``; all of them are looked up before anything is done.
    public func preview(replayOf words: [String], _ demand: ReplayDemand) async throws -> [ReplayOutcome] {
        let chosen = try await chosen(words)
        var outcomes: [ReplayOutcome] = []
        for exchange in chosen {
            if let why = try await store.read({ try Self.refusal(exchange, from: demand.step, $0) }) {
                outcomes.append(.refused(exchange.id, why))
                continue
            }
            let pipeline = try await pipeline(exchange.job)
            let run = newRun(of: pipeline.terms, .replay, at: clock.now(), about: exchange.id)
            do {
                let preview = try await pipeline.preview(
                    exchange, run: run, from: demand.step, acceptingMappingChanges: demand.acceptsMappingChanges,
                    onlyFailedEntries: demand.onlyFailedEntries)
                outcomes.append(.eligible(exchange.id, preview))
            } catch let fault as Fault where Self.ofOneExchange.contains(fault.code) {
                outcomes.append(.refused(exchange.id, "\(fault.code.rawValue): \(fault.message)"))
            }
        }
        return outcomes
    }

    /// Keeps a demand to replay exchanges, so that it is done whatever happens; nothing is replayed yet.
    ///
    /// An exchange that waits in a replay already, or was made anew by one that has not ended, is not taken twice: that
    /// replay is named instead. Each member is replayed from its newest exchange alone, so that nothing older follows
    /// something newer (Q-03).
    public func accept(replayOf words: [String], _ demand: ReplayDemand) async throws -> AcceptedReplay {
        let chosen = try await chosen(words)
        let subject = ([demand.step.rawValue] + (demand.onlyFailedEntries ? ["failed entries"] : []) + chosen.map(\.id))
            .joined(separator: " ")
        var runs: [String: Run] = [:]
        for job in Set(chosen.map(\.job)) {
            runs[job] = newRun(of: try await pipeline(job).terms, .replay, at: clock.now(), about: subject)
        }
        return try await store.write { [runs, actor] writer in
            var accepted = AcceptedReplay()
            var taken: [String: [String]] = [:]
            let underWay = try Self.underWay(writer)
            for exchange in chosen {
                if let run = underWay[exchange.id] {
                    if !accepted.runs.contains(run) { accepted.runs.append(run) }
                } else if let why = try Self.refusal(
                    known(exchange.id, writer), from: demand.step, writer)
                {
                    accepted.refused.append(.refused(exchange.id, why))
                } else {
                    taken[exchange.job, default: []].append(exchange.id)
                }
            }
            for (job, exchanges) in taken.sorted(by: { $0.key < $1.key }) {
                guard let run = runs[job] else { continue }
                let replay = Replay(
                    id: run.id, step: demand.step, acceptsMappingChanges: demand.acceptsMappingChanges,
                    onlyFailedEntries: demand.onlyFailedEntries, reason: demand.reason)
                try writer.open(run)
                try writer.open(
                    replay, of: exchanges,
                    audit: AuditEntry(
                        at: run.instant, actor: actor, action: "replay.accepted", run: run.id,
                        reason:
                            "\(exchanges.count) exchanges\(demand.onlyFailedEntries ? ", failed entries alone," : "") "
                            + "from \(demand.step.rawValue): \(demand.reason)"))
                accepted.runs.append(run.id)
            }
            return accepted
        }
    }

    /// Replays exchanges in this process, to the end; see ``accept(replayOf:_:)`` and ``carry(replay:told:)``.
    public func replay(_ words: [String], _ demand: ReplayDemand) async throws -> [ReplayOutcome] {
        let accepted = try await accept(replayOf: words, demand)
        var outcomes = accepted.refused
        for run in accepted.runs {
            _ = try await carry(replay: run)
            outcomes += try await self.outcomes(ofReplay: run)
        }
        return outcomes
    }

    /// Replays of just that demand that were begun, and that nobody works on: whoever gives the same command once more means
    /// them, though what it selects is fewer exchanges by now, or none. With how many exchanges wait in each.
    ///
    /// `filter` is what the command selects by: a replay with an exchange to which that does not lead, whatever has become
    /// of it, is another command's.
    public func interrupted(
        _ demand: ReplayDemand, of filter: ExchangeFilter
    ) async throws -> [(run: String, exchanges: Int)] {
        try await store.read { reader in
            try reader.openReplays().compactMap { run in
                guard !isHeld(run), try reader.replay(run.id)?.isDue(to: demand) == true else { return nil }
                let items = try reader.items(ofReplay: run.id, in: nil, limit: .max)
                guard try items.allSatisfy({ try Self.isAbout($0.exchange, filter.lasting, reader) }) else {
                    return nil
                }
                return (run.id, items.count { $0.outcome == .waiting })
            }
        }
    }

    /// Whether a filter leads to an exchange; also when that is no longer kept.
    private static func isAbout(_ id: String, _ filter: ExchangeFilter, _ reader: any StoreReader) throws -> Bool {
        guard let exchange = try reader.exchange(id) else { return true }
        guard filter.member == nil || filter.member == exchange.member else { return false }
        var ofMember = filter
        ofMember.member = exchange.member
        return try reader.exchanges(matching: ofMember, limit: mostOfOneMember).contains { $0.id == id }
    }

    private static let mostOfOneMember = 10_000

    /// In which replay that has not ended an exchange waits for its turn, or had it.
    private static func underWay(_ reader: any StoreReader) throws -> [String: String] {
        try reader.openReplays().reduce(into: [:]) { found, run in
            for item in try reader.items(ofReplay: run.id, in: nil, limit: .max)
            where [.waiting, .replayed].contains(item.outcome) {
                found[item.exchange] = run.id
            }
        }
    }

    /// What came of each exchange of a replay, as it stands now.
    public func outcomes(ofReplay run: String) async throws -> [ReplayOutcome] {
        try await store.read { reader in
            try reader.items(ofReplay: run, in: nil, limit: .max).map { item in
                switch item.outcome {
                case .waiting: return .waiting(item.exchange)
                case .refused: return .refused(item.exchange, item.why ?? "")
                case .cancelled: return .refused(item.exchange, "the replay was taken back")
                case .replayed:
                    guard let made = try item.made.flatMap(reader.exchange) else {
                        return .refused(item.exchange, "the exchange that was made of it is no longer kept")
                    }
                    return .replayed(item.exchange, by: made)
                }
            }
        }
    }

    /// How far a replay is, by outcome; empty for a run of another kind.
    public func progress(ofReplay run: String) async throws -> [ReplayItem.Outcome: Int] {
        try await store.read { try $0.tally(ofReplay: run) }
    }

    /// The exchanges that words stand for, each once, oldest first.
    private func chosen(_ words: [String]) async throws -> [Exchange] {
        try await store.read { reader in
            var seen: Set<String> = []
            return try words.map { try known($0, reader) }.filter { seen.insert($0.id).inserted }
                .sorted { ($0.created, $0.id) < ($1.created, $1.id) }
        }
    }

    /// Why an exchange cannot be replayed; nil when it can.
    static func refusal(
        _ exchange: Exchange, from step: Replay.Step, _ reader: any StoreReader
    ) throws -> String? {
        guard exchange.state.isReplayable else { return "it is \(exchange.state.rawValue) and will go on by itself" }
        let latest = try reader.latestExchange(member: exchange.member, payer: exchange.payer)
        if let latest, latest.id == exchange.id {
            // What is staged in a restored store may be older than what the payer has.
            guard step != .pull, try reader.predatesRestoration(exchange.id) else { return nil }
            // A run makes it again, unless somebody had taken it back.
            let way = exchange.reason == .cancelledByOperator ? "" : "run the job, or "
            return "the store was restored since: \(way)replay it from the pull"
        }
        guard let latest else { return nil }
        return "a newer exchange of the same member, \(latest.id), took its place"
    }

    /// What concerns one exchange alone: the others of a replay go on. Anything else would befall them, too.
    static let ofOneExchange: Set<FaultCode> = [.exchangeNotReplayable, .mappingChanged, .memberUnknown]
}

extension Replay {
    /// Whether it was accepted for that demand.
    fileprivate func isDue(to demand: ReplayDemand) -> Bool {
        step == demand.step && acceptsMappingChanges == demand.acceptsMappingChanges
            && onlyFailedEntries == demand.onlyFailedEntries && reason == demand.reason
    }
}
