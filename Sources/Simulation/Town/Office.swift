import Jobs
import PDex
import PDexTesting
import Pipeline
import SQLiteStore

/// The people at the service's desk and in its machine room: each acts by a command, which is a process of its own.
struct Office: Sendable {
    let town: Town
    let house: House
    let shift: Shift

    private var order: TurnOrder { house.order }

    /// Acts as a command of that name would.
    private func command(_ name: String, _ body: (Operations) async throws -> Void) async throws {
        let process = try SimulatedProcess(name, in: town, house)
        await TurnOrder.$thread.withValue(process.life.name + ".command") {
            // The result of a command concerns only its user.
            try? await body(process.operations)
        }
        house.witness.died(process.life.name, killed: false)
    }

    /// Somebody asks for one member, and gets an answer while the service works.
    func demand(_ name: String) async throws {
        let patient = try town.patientInDemand()
        try await command("desk\(name)") { operations in
            let request = try await operations.accept(MemberDemand(patient: patient), by: house.job)
            _ = try await operations.answer(request.id)
            house.witness.reach(.requested)
        }
    }

    /// An operator takes an exchange back, keeps a patient apart or stops doing so, or has something sent again.
    func act(_ name: String) async throws {
        let kind = order.roll(5)
        try await command("clerk\(name)") { operations in
            switch kind {
            case 0...1: try await cancel(by: operations)
            case 2...3: try await keepApart(by: operations)
            default: try await sendAgain(by: operations)
            }
        }
    }

    /// Takes back an exchange that is about to be delivered, if there is one before long, while that can still be
    /// stopped. For one under way, only the answer can be awaited.
    private func cancel(by operations: Operations) async throws {
        for _ in 0..<60 where house.witness.claimed == nil {
            await order.turn("watches the queue", seconds: 30)
        }
        let filter = ExchangeFilter(states: [.queued, .submitted, .retrying])
        let open = try await operations.exchanges(filter, limit: 100)
        guard !open.isEmpty else { return }
        let isNext = order.roll(3) > 0
        let chosen =
            open.first { isNext && $0.id == house.witness.claimed } ?? open.first { $0.state == .submitted }
            ?? open[order.roll(open.count)]
        order.tell("an operator takes \(chosen.id) back")
        _ = try await operations.cancel(chosen.id, reason: "by mistake")
    }

    private func keepApart(by operations: Operations) async throws {
        let apart = house.witness.apart.sorted()
        if let first = apart.first, order.roll(2) == 0 {
            try await operations.undecide(first, job: house.job.name, reason: "it was the right one")
            return
        }
        let busy = order.roll(2) == 0 ? house.witness.busy : nil
        let patient = busy ?? town.members[order.roll(town.members.count)].id
        order.tell("an operator keeps \(patient) apart")
        _ = try await operations.unlink(patient, job: house.job.name, reason: "not this member")
    }

    private func sendAgain(by operations: Operations) async throws {
        let done = try await operations.exchanges(ExchangeFilter(states: [.acknowledged]), limit: 100)
        guard !done.isEmpty else { return }
        let step = Replay.Step.allCases[order.roll(Replay.Step.allCases.count)]
        let chosen = done[order.roll(done.count)]
        order.tell("an operator replays \(chosen.id) from \(step.rawValue)")
        try await replay(chosen, from: step, by: operations)
    }

    private func replay(_ exchange: Exchange, from step: Replay.Step, by operations: Operations) async throws {
        let demand = ReplayDemand(from: step, acceptsMappingChanges: true, reason: "asked for")
        let outcomes = try await operations.replay([exchange.id], demand)
        if step == .submit, outcomes.contains(where: { if case .replayed = $0 { true } else { false } }) {
            house.witness.reach(.replayedAsSent)
        }
    }

    /// At the end of the day an operator looks at what is parked or was taken back by mistake, and replays it.
    func closeDay(_ day: Int) async throws {
        try await command("operator\(day)") { operations in
            for exchange in try await operations.exchanges(ExchangeFilter(states: [.parked]), limit: 1000) {
                let isSentAsItIs = !house.weather.isCalm && order.roll(3) == 0
                try? await replay(exchange, from: isSentAsItIs ? .submit : .join, by: operations)
            }
            // No run makes again what was taken back before a restoration, and replay from a later step is refused.
            let step: Replay.Step = house.witness.isRestored ? .pull : .join
            let filter = ExchangeFilter(states: [.cancelled], reason: .cancelledByOperator)
            for exchange in try await operations.exchanges(filter, limit: 1000) {
                let latest = try await house.store.read {
                    try $0.latestExchange(member: exchange.member, payer: exchange.payer)
                }
                if latest?.id == exchange.id { try? await replay(exchange, from: step, by: operations) }
            }
        }
    }

    /// The disk is lost: all processes end, and a backup replaces the store. Operators repeat the decisions they made
    /// since. If each process has a secret of its own, a restoration would be refused, so none is tried.
    func restore(_ day: Int) async throws {
        guard house.store.hasBackup, house.bug != .randomIDs, house.weather.strikes(.restore) else { return }
        order.tell("the backup is restored")
        for process in shift.living {
            house.witness.died(process.life.name, killed: true)
            process.life.end()
        }
        let apart = house.witness.apart.sorted()
        let identities = PlantedMemory(nil, job: "", host: house.host).identities(order, process: "")
        try await house.store.restore(
            StoreRestoration(at: house.host.now, actor: "operator", reason: "the disk failed"),
            identities: identities, asItIs: house.bug == .restoredAsItWas)
        let (balance, breakers) = try await house.store.read { (try $0.balance(), try $0.breakers()) }
        house.witness.restored(
            exchanges: balance.reduce(0) { $0 + $1.count }, breaker: breakers.first { $0.payer == house.job.payer })
        let decided = try await house.store.read { [terms = house.terms, town] reader in
            try town.members.map(\.id).filter {
                let key = identities.key(source: terms.clinic.name, type: "Patient", id: $0)
                return try reader.memberLink(of: key, terms.route) != nil
            }
        }
        house.witness.restored(apart: decided)
        try await command("restorer\(day)") { operations in
            for patient in decided where !apart.contains(patient) {
                try await operations.undecide(patient, job: house.job.name, reason: "it was the right one")
            }
            for patient in apart where !decided.contains(patient) {
                _ = try await operations.unlink(patient, job: house.job.name, reason: "not this member")
            }
        }
    }
}
