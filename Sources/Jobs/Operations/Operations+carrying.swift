public import PDex
import Pipeline

extension Operations {
    /// Exchanges made and delivered together; after each such group a replay reports its progress.
    private static let atOnce = 32

    /// Carries out an accepted replay, or resumes it; returns how it ended.
    ///
    /// A fault that would stop every exchange is thrown, and the replay stays open: it can be resumed or taken back.
    /// Throws `run.unknown`, and `run.in-progress` while another process works on it.
    public func carry(
        replay id: String, told: @Sendable ([ReplayItem.Outcome: Int]) -> Void = { _ in }
    ) async throws -> Run.State {
        let (run, replay) = try await take(id)
        guard run.state == .running else { return run.state }
        guard underWay.begin(id) else { throw Self.inProgress(run) }
        defer { underWay.end(id) }
        do {
            return try await carry(run, replay, told)
        } catch let fault as Fault {
            await keep(Obstacle(fault, among: [run.clinic, run.payer]), of: run)
            throw fault
        }
    }

    private func carry(
        _ run: Run, _ replay: Replay, _ told: @Sendable ([ReplayItem.Outcome: Int]) -> Void
    ) async throws -> Run.State {
        let id = run.id
        let pipeline = try await pipeline(run.job)
        while true {
            let waiting = try await store.read { try $0.items(ofReplay: id, in: .waiting, from: 0, limit: Self.atOnce) }
            guard !waiting.isEmpty else { break }
            for item in waiting {
                try Task.checkCancellation()
                try await redo(item.exchange, replay, run, pipeline)
            }
            try await pipeline.empty()
            told(try await progress(ofReplay: id))
        }
        try await pipeline.empty(waitingAtMost: 5)
        return try await store.write { writer in
            guard let now = try writer.run(id), now.state == .running else {
                return try writer.run(id)?.state ?? .failed
            }
            let isWhole =
                try writer.tally(ofReplay: id).allSatisfy { $0.key == .replayed }
                && writer.tally(run: id).allSatisfy { $0.state == .acknowledged }
            try writer.close(id, as: isWhole ? .complete : .partial, summary: [])
            return isWhole ? .complete : .partial
        }
    }

    /// Takes a replay back: exchanges still waiting are left as they are. Returns how many those were.
    ///
    /// New exchanges already made stay in the outbox. Throws `run.unknown` when the replay has ended or is not one.
    public func cancel(replay id: String, reason: String) async throws -> Int {
        let (now, actor) = (clock.now(), actor)
        return try await store.write { writer in
            guard let run = try writer.run(id), try writer.replay(id) != nil, run.state == .running else {
                throw Fault(
                    .runUnknown, .stop, "there is no replay of that id that has not ended",
                    hint: "see  pdex runs list ; single exchanges are taken back with  pdex exchanges cancel")
            }
            var left = 0
            var waiting: [ReplayItem]
            repeat {
                waiting = try writer.items(ofReplay: id, in: .waiting, from: 0, limit: Self.itemsAtOnce)
                for item in waiting {
                    _ = try writer.settle(ReplayItem(exchange: item.exchange, outcome: .cancelled), ofReplay: id)
                }
                left += waiting.count
            } while waiting.count == Self.itemsAtOnce
            try writer.close(id, as: .partial, summary: [])
            try writer.record(
                AuditEntry(
                    at: now, actor: actor, action: "replay.cancelled", run: id,
                    reason: "\(left) exchanges left: \(reason)"))
            return left
        }
    }

    /// Open replays that no process is working on.
    func abandonedReplays() async throws -> [String] {
        try await store.read { try $0.openReplays() }.filter { !isHeld($0) }.map(\.id)
    }

    private func take(_ id: String) async throws -> (Run, Replay) {
        let owner = owner
        return try await store.write { writer in
            guard let run = try writer.run(id), let replay = try writer.replay(id) else {
                throw Fault(
                    .runUnknown, .stop, "there is no replay of that id in the store", hint: "see  pdex runs list")
            }
            guard run.state == .running else { return (run, replay) }
            guard !isHeld(run) else { throw Self.inProgress(run) }
            try writer.adopt(id, by: owner)
            return (run, replay)
        }
    }

    /// Makes one exchange again, and records that in the same transaction.
    private func redo(_ id: String, _ replay: Replay, _ run: Run, _ pipeline: ExchangePipeline) async throws {
        let (now, actor) = (clock.now(), actor)
        do {
            let (exchange, why) = try await store.read { reader in
                let exchange = try reader.exchange(id)
                return (exchange, try exchange.flatMap { try Self.refusal($0, from: replay.step, reader) })
            }
            guard let exchange, why == nil else {
                throw Fault(.exchangeNotReplayable, .stop, why ?? "it is no longer kept")
            }
            _ = try await pipeline.remake(
                exchange, run: run, from: replay.step, acceptingMappingChanges: replay.acceptsMappingChanges,
                onlyFailedEntries: replay.onlyFailedEntries
            ) { writer, made in
                // A run at the same time may have made a newer exchange since this one was read.
                if let why = try Self.refusal(exchange, from: replay.step, writer) {
                    throw Fault(.exchangeNotReplayable, .stop, why)
                }
                let item = ReplayItem(exchange: id, outcome: .replayed, made: made)
                guard try writer.settle(item, ofReplay: run.id) else {
                    throw Fault(.exchangeNotReplayable, .stop, "the replay was taken back")
                }
                try writer.record(
                    AuditEntry(
                        at: now, actor: actor, action: "exchange.replayed", run: exchange.run, exchange: id,
                        reason: "by \(made) in run \(run.id): \(replay.reason)"))
            }
        } catch let fault as Fault where Self.ofOneExchange.contains(fault.code) {
            let item = ReplayItem(
                exchange: id, outcome: .refused, why: "\(fault.code.rawValue): \(fault.message)")
            _ = try await store.write { try $0.settle(item, ofReplay: run.id) }
        }
    }
}
