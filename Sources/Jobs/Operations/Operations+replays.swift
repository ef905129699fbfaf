public import PDex
import Pipeline

extension Operations {
    /// What replaying exchanges would lead to, and which cannot be replayed and why, judging by the store.
    ///
    /// `words` are ids or their beginnings, as for ``show(_:)``; all of them are looked up before anything is done.
    public func preview(replayOf words: [String], _ demand: ReplayDemand) async throws -> [ReplayOutcome] {
        let chosen = try await chosen(words)
        var outcomes: [ReplayOutcome] = []
        for id in chosen.map(\.id) {
            let (exchange, why, made) = try await store.read { reader in
                let exchange = try known(id, reader)
                let why = try Self.refusal(exchange, from: demand.step, reader)
                return (exchange, why, try why.flatMap { _ in try Self.made(of: exchange, for: demand, reader) })
            }
            if let why {
                let already = made.map { ReplayOutcome.already(exchange.id, by: $0) }
                outcomes.append(already ?? .refused(exchange.id, why))
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

    /// Stores a demand to replay exchanges, so that it is carried out whatever happens; nothing is replayed yet.
    ///
    /// An exchange that waits in a replay already, or was made anew by one that has not ended, is not taken twice: that
    /// replay is named instead. Nor is one that the same demand had made anew before: what came of it is told. Each
    /// member is replayed from its newest exchange alone, so that nothing older follows something newer (Q-03).
    public func accept(replayOf words: [String], _ demand: ReplayDemand) async throws -> AcceptedReplay {
        let chosen = try await chosen(words)
        let subject = ([demand.step.rawValue] + (demand.onlyFailedEntries ? ["failed entries"] : []) + chosen.map(\.id))
            .joined(separator: " ")
        var runs: [String: Run] = [:]
        for job in Set(chosen.map(\.job)) {
            runs[job] = newRun(of: try await pipeline(job).terms, .replay, at: clock.now(), about: subject)
        }
        let selection = demand.selection.map(mark(ofSelection:))
        return try await store.write { [runs, actor] writer in
            var accepted = AcceptedReplay()
            var taken: [String: [String]] = [:]
            let underWay = try Self.underWay(of: Set(chosen.map(\.id)), writer)
            for exchange in chosen {
                let present = try known(exchange.id, writer)
                if let run = underWay[exchange.id] {
                    if !accepted.runs.contains(run) { accepted.runs.append(run) }
                } else if let why = try Self.refusal(present, from: demand.step, writer) {
                    if let made = try Self.made(of: present, for: demand, writer) {
                        accepted.already.append(ReplayItem(exchange: exchange.id, outcome: .replayed, made: made.id))
                    } else {
                        accepted.refused.append(.refused(exchange.id, why))
                    }
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
                if let selection { try writer.recordProgress(run: run.id, unit: Self.selectionMark, cursor: selection) }
                accepted.runs.append(run.id)
            }
            return accepted
        }
    }

    /// Replays exchanges to the end in this process; see ``accept(replayOf:_:)`` and ``carry(replay:told:)``.
    public func replay(_ words: [String], _ demand: ReplayDemand) async throws -> [ReplayOutcome] {
        let accepted = try await accept(replayOf: words, demand)
        var outcomes = try await accepted.refused + self.outcomes(ofAlready: accepted.already, delivering: true)
        for run in accepted.runs {
            _ = try await carry(replay: run)
            outcomes += try await self.outcomes(ofReplay: run)
        }
        return outcomes
    }

    /// Open replays that no process works on and that a demand for those exchanges resumes: replays in which one of
    /// them waits or was replayed, and replays begun by the same demand, even if it selects fewer exchanges by now, or
    /// none.
    ///
    /// The same demand has the same options, reason and selecting words. A demand that names its exchanges is
    /// recognised by them.
    public func begun(_ demand: ReplayDemand, of words: [String]) async throws -> [BegunReplay] {
        let chosen = Set(try await chosen(words).map(\.id))
        let selection = demand.selection.map(mark(ofSelection:))
        return try await store.read { reader in
            try reader.openReplays().compactMap { run in
                guard !isHeld(run) else { return nil }
                let isAsDemanded = try reader.replay(run.id)?.isDue(to: demand) == true
                let isSame =
                    try isAsDemanded && selection != nil
                    && reader.pullProgress(run: run.id)[Self.selectionMark] == selection
                var replay = BegunReplay(run: run.id, isAsDemanded: isAsDemanded)
                var isMet = false
                try Self.forEachItem(ofReplay: run.id, reader) { item in
                    let isChosen = chosen.contains(item.exchange)
                    isMet = isMet || (isChosen && item.isUnderWay)
                    guard item.outcome == .waiting else { return }
                    replay.waiting += 1
                    if !isChosen { replay.others += 1 }
                }
                return isSame || isMet ? replay : nil
            }
        }
    }

    /// The unit under which the mark of a selection is kept as progress of the run, until that ends.
    private static let selectionMark = "selection"

    /// Distinguishes selections without storing their words, which may name a patient.
    private func mark(ofSelection words: String) -> String { identities.derived("selection", words) }

    /// Exchanges of a replay that are read at once.
    static let itemsAtOnce = 1000

    /// For each of some exchanges, the open replay in which it waits or was replayed.
    private static func underWay(of exchanges: Set<String>, _ reader: any StoreReader) throws -> [String: String] {
        var found: [String: String] = [:]
        for run in try reader.openReplays() {
            try forEachItem(ofReplay: run.id, reader) { item in
                if item.isUnderWay, exchanges.contains(item.exchange) { found[item.exchange] = run.id }
            }
        }
        return found
    }

    /// Visits each exchange of a replay, page by page, so that memory does not grow with the replay.
    private static func forEachItem(
        ofReplay run: String, _ reader: any StoreReader, _ look: (ReplayItem) throws -> Void
    ) throws {
        var place = 0
        var page: [ReplayItem]
        repeat {
            page = try reader.items(ofReplay: run, in: nil, from: place, limit: itemsAtOnce)
            try page.forEach(look)
            place += page.count
        } while page.count == itemsAtOnce
    }

    /// The current outcome of each exchange of a replay.
    public func outcomes(ofReplay run: String) async throws -> [ReplayOutcome] {
        try await store.read { reader in
            var outcomes: [ReplayOutcome] = []
            try Self.forEachItem(ofReplay: run, reader) { outcomes.append(try Self.outcome(of: $0, reader)) }
            return outcomes
        }
    }

    /// How what the same demand had replayed before stands now; if that is wanted, once what of it is due was delivered.
    public func outcomes(ofAlready items: [ReplayItem], delivering isDelivering: Bool) async throws -> [ReplayOutcome] {
        if isDelivering {
            let jobs = try await store.read { reader in
                let made = try items.compactMap { try $0.made.flatMap(reader.exchange) }
                return Set(made.filter(\.state.isPending).map(\.job))
            }
            for job in jobs.sorted() { try await pipeline(job).empty(waitingAtMost: 5) }
        }
        return try await store.read { reader in
            try items.compactMap { item -> ReplayOutcome? in
                try item.made.flatMap(reader.exchange).map { .already(item.exchange, by: $0.line) }
            }
        }
    }

    /// What the same demand had made of an exchange, in a replay that has ended, whatever came after it; nil where it
    /// made nothing.
    private static func made(
        of exchange: Exchange, for demand: ReplayDemand, _ reader: any StoreReader
    ) throws -> ExchangeLine? {
        let ofMember = ExchangeFilter(member: exchange.member, payer: exchange.payer)
        let made = try reader.exchanges(matching: ofMember, limit: mostOfAMember).first {
            try $0.replayOf == exchange.id && reader.replay($0.run)?.isDue(to: demand) == true
        }
        return made?.line
    }

    /// More exchanges of one member are not looked back at.
    private static let mostOfAMember = 10_000

    private static func outcome(of item: ReplayItem, _ reader: any StoreReader) throws -> ReplayOutcome {
        switch item.outcome {
        case .waiting: return .waiting(item.exchange)
        case .refused: return .refused(item.exchange, item.why ?? "")
        case .cancelled: return .refused(item.exchange, "the replay was taken back")
        case .replayed:
            guard let made = try item.made.flatMap(reader.exchange) else {
                return .refused(item.exchange, "the exchange that was made of it is no longer kept")
            }
            return .replayed(item.exchange, by: made.line)
        }
    }

    /// The progress of a replay, counted by outcome; empty for a run of another kind.
    public func progress(ofReplay run: String) async throws -> [ReplayItem.Outcome: Int] {
        try await store.read { try $0.tally(ofReplay: run) }
    }

    /// The exchanges that the words name, each once, oldest first, without what they hold.
    private func chosen(_ words: [String]) async throws -> [(id: String, job: String)] {
        try await store.read { reader in
            var seen: Set<String> = []
            let found = try words.map { word in
                let exchange = try known(word, reader)
                return (id: exchange.id, job: exchange.job, created: exchange.created)
            }
            return found.filter { seen.insert($0.id).inserted }.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
                .map { ($0.id, $0.job) }
        }
    }

    /// Why an exchange cannot be replayed; nil when it can.
    static func refusal(
        _ exchange: Exchange, from step: Replay.Step, _ reader: any StoreReader
    ) throws -> String? {
        guard exchange.state.isReplayable else { return "it is \(exchange.state.rawValue) and will go on by itself" }
        let latest = try reader.latestExchange(member: exchange.member, payer: exchange.payer)
        if let latest, latest.id == exchange.id {
            // Data staged in a restored store may be older than what the payer has.
            guard step != .pull, try reader.predatesRestoration(exchange.id) else { return nil }
            // A run makes it again, unless an operator had taken it back.
            let way = exchange.reason == .cancelledByOperator ? "" : "run the job, or "
            return "the store was restored since: \(way)replay it from the pull"
        }
        guard let latest else { return nil }
        return "a newer exchange of the same member, \(latest.id), took its place"
    }

    /// Faults that concern one exchange alone: the replay continues with the others. Any other would hit them, too.
    static let ofOneExchange: Set<FaultCode> = [.exchangeNotReplayable, .mappingChanged, .memberUnknown]
}

extension Exchange {
    /// Where it stands and why.
    fileprivate var line: ExchangeLine { ExchangeLine(id: id, state: state, reason: reason) }
}

extension ReplayItem {
    /// Whether it is waiting, or what was made of it may be on its way.
    fileprivate var isUnderWay: Bool { [.waiting, .replayed].contains(outcome) }
}

extension Replay {
    /// Whether it was accepted for that demand; a demand that is only a preview need not give a reason.
    fileprivate func isDue(to demand: ReplayDemand) -> Bool {
        step == demand.step && acceptsMappingChanges == demand.acceptsMappingChanges
            && onlyFailedEntries == demand.onlyFailedEntries
            && (demand.reason.isEmpty || reason == demand.reason)
    }
}
