import FHIR
import PDex
import PDexTesting
import Testing

@testable import Jobs

@Suite("Exchanges by hand")
struct ExchangeOperationsTests {
    @Test("a parked exchange is replayed by a new one, also when only the beginning of its id is given")
    func replay() async throws {
        let served = try ServedNight()
        served.night.payer.reply(.refuse(422))
        _ = try await served.operations.run(job: served.job.name)
        let parked = try await served.exchange()
        served.night.clock.advance(seconds: 60)

        let outcomes = try await served.operations.replay(
            [String(parked.id.prefix(6))], ReplayDemand(reason: "a test"))

        #expect(outcomes.count == 1)
        let made = try #require(
            try await served.night.store.read {
                try $0.exchanges(matching: ExchangeFilter(states: [.acknowledged]), limit: 1).first
            })
        #expect(made.replayOf == parked.id)
        #expect(try await served.night.store.read { try $0.run(made.run) }?.state == .complete)
    }

    @Test("what is still under way is not replayed")
    func pending() async throws {
        let served = try ServedNight()
        served.night.payer.reply(.busy(retryAfterSeconds: 300))
        _ = try await served.operations.run(job: served.job.name)
        let id = try await served.exchange().id

        let outcomes = try await served.operations.replay([id], ReplayDemand(reason: "a test"))

        #expect(outcomes.map { "\($0)" } == ["refused(\"\(id)\", \"it is retrying and will go on by itself\")"])
    }

    @Test("cancelling is audited with its reason, and happens once")
    func cancel() async throws {
        let served = try ServedNight()
        served.night.payer.reply(.busy(retryAfterSeconds: 300))
        _ = try await served.operations.run(job: served.job.name)
        let id = try await served.exchange().id

        let outcome = try await served.operations.cancel(String(id.prefix(8)), reason: "a test")
        let again = await #expect(throws: Fault.self) { try await served.operations.cancel(id, reason: "a test") }

        #expect(outcome.exchange.state == .cancelled)
        #expect(outcome.exchange.reason == .cancelledByOperator)
        #expect(outcome.underWay == 0)
        #expect(again?.code == .exchangeNotCancellable)
        let last = try await served.operations.show(id).audit.last?.entry
        #expect(last?.action == "exchange.cancelled")
        #expect(last?.actor == "tests")
        #expect(last?.reason == "a test")
    }

    @Test("the beginning of an id stands for it if it is long enough and there is one such exchange only")
    func prefixes() async throws {
        let served = try ServedNight()
        try await served.insert(["abcdef1", "abcdef2", "abcdef", "zzzzzz9", "zzzzzz8"])
        let operations = served.operations

        #expect(try await operations.show("abcdef").exchange.id == "abcdef")
        #expect(try await operations.show("zzzzzz9").exchange.id == "zzzzzz9")
        #expect(try await operations.show("abcdef2").exchange.id == "abcdef2")
        await expect(.exchangeAmbiguous, for: "zzzzzz", operations)
        await expect(.exchangeUnknown, for: "abcde", operations)
        await expect(.exchangeUnknown, for: "zzzzzz7", operations)
        await expect(.exchangeUnknown, for: "%%%%%%", operations)
    }

    private func expect(_ code: FaultCode, for word: String, _ operations: Operations) async {
        let fault = await #expect(throws: Fault.self) { try await operations.show(word) }
        #expect(fault?.code == code)
    }
}

extension ServedNight {
    fileprivate func insert(_ ids: [String]) async throws {
        let run = night.firing("run-1")
        let now = night.clock.now()
        try await night.store.write { writer in
            try writer.open(run)
            for id in ids {
                let exchange = Exchange(
                    id: id, job: run.job, run: run.id, member: ResourceKey(bits: 1), clinic: "clinic0", payer: "med0",
                    state: .parked, reason: .matchAmbiguous, detail: nil, fingerprint: 1,
                    manifest: ExchangeManifest([]), consent: nil, mapping: "m", created: now, updated: now)
                let entry = AuditEntry(at: now, actor: "tests", action: "exchange.parked", run: run.id, exchange: id)
                try writer.insert(exchange, audit: [entry])
            }
        }
    }
}
