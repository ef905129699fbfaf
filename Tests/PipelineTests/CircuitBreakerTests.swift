import FHIR
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import Pipeline

/// How a payer that fails is left alone (reliability R8, F5).
@Suite("A payer that fails is left alone")
struct CircuitBreakerTests {
    @Test("after so many failures in a row nothing more is begun, and what was not begun has no attempt")
    func closes() async throws {
        let night = try night(members: 8)
        night.payer.reply(.refuse(500), .refuse(502), .refuse(500))
        let report = try await night.run()
        #expect(night.payer.received.count == 3)
        #expect(report.exchanges.retrying == 8 && report.state == .partial)
        let attempts = try await attempts(night)
        #expect(attempts.sorted() == [0, 0, 0, 0, 0, 1, 1, 1])
        let breaker = try #require(try await breaker(night))
        #expect(breaker.failing.count == 3 && breaker.lastFault == .payerUnknownOutcome)
        // Half a minute: the random number 0.5 times a minute.
        #expect(breaker.closedUntil == night.clock.now().adding(milliseconds: 30_000))
    }

    @Test("while it is closed nothing is sent, by another process neither")
    func staysClosed() async throws {
        let night = try await closed(members: 8)
        #expect(try await night.pipeline.deliver() == 0)
        #expect(night.payer.received.count == 3)
    }

    @Test("then one delivery is tried, and when it works everything goes on")
    func opens() async throws {
        let night = try await closed(members: 8)
        night.clock.advance(seconds: 700)
        #expect(try await night.pipeline.deliver() == 8)
        #expect(try await breaker(night) == nil)
        let actions = try await night.store.read { try $0.audit(after: 0, limit: 999).map(\.entry.action) }
        #expect(actions.filter { $0.hasPrefix("queue.") } == ["queue.closed", "queue.opened"])
    }

    @Test("when the delivery that is tried fails it is closed again, for up to twice as long")
    func closesAgain() async throws {
        let night = try await closed(members: 8)
        for seconds in [60, 120, 240, 300, 300] {
            let until = try #require(try await breaker(night)?.closedUntil)
            night.clock.advance(seconds: (until - night.clock.now()) / .seconds(1))
            let sent = night.payer.received.count
            night.payer.reply(.refuse(503))
            #expect(try await night.pipeline.deliver() == 0)
            #expect(night.payer.received.count == sent + 1)
            let next = try #require(try await breaker(night)?.closedUntil)
            #expect(next == night.clock.now().adding(milliseconds: Int64(seconds) * 1000))
        }
    }

    @Test("when the process that tries one delivery is known to have ended, the next tries one at once")
    func lostProbe() async throws {
        let night = try await closed(members: 8)
        night.clock.advance(seconds: 700)
        let (route, now) = (night.pipeline.terms.route, night.clock.now())
        let probe = try await night.store.write {
            try $0.lease(route, limit: 9, owner: "gone", now: now, expiry: now.adding(milliseconds: 600_000))
        }
        #expect(probe.count == 1)
        #expect(try await night.pipeline.deliver() == 0)
        _ = try await night.pipeline.outbox.receipts.rescue { _ in true }
        #expect(try await night.pipeline.deliver() == 8)
    }

    @Test(
        "who lost the claim on the delivery that is tried does not open the payer beside its new holder",
        arguments: ["unsent", "withheld", "found"])
    func lostTheProbe(how: String) async throws {
        let night = try await closed(members: 8)
        let (store, route) = (night.store, night.pipeline.terms.route)
        func claim() async throws -> LeasedSubmission {
            night.clock.advance(seconds: 700)
            let now = night.clock.now()
            return try #require(
                try await store.write {
                    try $0.lease(route, limit: 1, owner: "w", now: now, expiry: now.adding(milliseconds: 600_000))
                }.first)
        }
        let late = try await claim()
        _ = try await night.pipeline.outbox.receipts.rescue { _ in true }
        let present = try await claim()
        try #require(present.submission.id == late.submission.id)

        let result: Submit.Result =
            switch how {
            case "unsent": .unsent(late, nil)
            case "withheld": .withheld(late, Fault(.consentDenied, .withhold, "a test"))
            default: .found(late, [])
            }
        _ = try await night.pipeline.outbox.receipts.settle([result])

        #expect(try await breaker(night)?.probe == present.submission.id)
        #expect(try await night.pipeline.deliver() == 0)
    }

    @Test("the time that the payer names is the least")
    func heedsRetryAfter() async throws {
        let night = try night(members: 8)
        let busy = ScriptedPayer.Reply.busy(retryAfterSeconds: 1000)
        night.payer.reply(.busy(retryAfterSeconds: nil), busy, .refuse(500))
        _ = try await night.run()
        #expect(try await breaker(night)?.closedUntil == night.clock.now().adding(milliseconds: 1_000_000))
    }

    @Test("a bundle that fails again and again does not close the payer for the others")
    func poison() async throws {
        let night = try night(members: 1, attempts: 12)
        for _ in 0..<6 {
            night.payer.reply(.refuse(500))
            _ = try await night.run()
            night.clock.advance(seconds: 700)
        }
        #expect(night.payer.received.count == 6)
        #expect(try await breaker(night)?.failing.count == 1)
        #expect(try await breaker(night)?.isClosed == false)
    }

    @Test("failures that are not in a row spend the budget of retries, and a tenth comes back with what works")
    func budget() {
        let policy = BreakerPolicy(failures: 5, budget: 4)
        var breaker = CircuitBreaker(payer: "med0", at: .earliest)
        let fault = Fault(.payerUnknownOutcome, .retry, "it failed")
        for index in 0..<3 {
            breaker.failed("f\(index)", with: fault, policy, at: .earliest, jitter: 0.5)
            breaker.worked("w\(index)", at: .earliest)
        }
        #expect(breaker.spent == 27 && !breaker.isClosed)
        breaker.failed("f3", with: fault, policy, at: .earliest, jitter: 0.5)
        #expect(!breaker.isClosed)
        breaker.worked("w3", at: .earliest)
        breaker.failed("f4", with: fault, policy, at: .earliest, jitter: 0.5)
        #expect(breaker.isClosed)
    }

    @Test("what was begun before it was closed neither opens it nor closes it for longer", arguments: [true, false])
    func lateAnswers(works: Bool) {
        let policy = BreakerPolicy(failures: 1)
        var breaker = CircuitBreaker(payer: "med0", at: .earliest)
        let fault = Fault(.payerUnknownOutcome, .retry, "it failed")
        breaker.failed("f", with: fault, policy, at: .earliest, jitter: 0.5)
        let closed = breaker
        if works {
            breaker.worked("late", at: .earliest)
        } else {
            breaker.failed("late", with: fault, policy, at: .earliest, jitter: 0.9)
        }
        #expect(breaker.closedUntil == closed.closedUntil && breaker.closings == 1)
    }

    @Test(
        "a refusal of the content shows that the payer works; an address or permission stands in every delivery's way",
        arguments: [(422, false), (412, false), (403, true), (404, true)])
    func parks(status: Int, closes: Bool) async throws {
        let night = try night(members: 8)
        for _ in 0..<8 { night.payer.reply(.refuse(status)) }
        _ = try await night.run()
        #expect(night.payer.received.count == (closes ? 3 : 8))
        #expect(try await (breaker(night) != nil) == closes)
    }

    @Test(
        "who takes the other entries of a bundle works, however many bundles in a row have one that is not taken; who takes none does not",
        arguments: [1, Int.max])
    func entries(refused: Int) async throws {
        let night = try night(members: 8, delivery: .batch)
        for _ in 0..<8 {
            night.payer.reply(
                .retell { responses in
                    responses.enumerated().map { $0 < refused ? ["response": ["status": "500"]] : $1 }
                })
        }
        let report = try await night.run()
        // All in one group, in which only an answer's own status points to trouble at the payer.
        #expect(night.payer.received.count == 8)
        #expect(report.exchanges.retrying == 8)
        #expect(try await (breaker(night) == nil) == (refused == 1))
    }

    @Test("that it is closed and works again, and what is parked, is told with the payer and the fault")
    func tells() async throws {
        let told = Mutex<[RunEvent]>([])
        let night = try night(members: 8) { event in told.withLock { $0.append(event) } }
        night.payer.reply(.refuse(500), .refuse(502), .refuse(500))
        _ = try await night.run()
        let until = try #require(try await breaker(night)?.closedUntil)
        night.clock.advance(seconds: 700)
        night.payer.reply(.accept, .refuse(422), .refuse(422))

        _ = try await night.pipeline.deliver()

        #expect(
            told.withLock { $0 }.filter(Self.isNews) == [
                .closed(payer: "med0", until: until, fault: .payerUnknownOutcome),
                .opened(payer: "med0", fault: .payerUnknownOutcome),
                .parked(payer: "med0", fault: .payerRefused, exchanges: 2),
            ])
    }

    @Test("a pause that several answers ask for is told once, as long as the longest")
    func tellsPauses() async throws {
        let told = Mutex<[RunEvent]>([])
        let night = try night(members: 2) { event in told.withLock { $0.append(event) } }
        night.payer.reply(.busy(retryAfterSeconds: 60), .busy(retryAfterSeconds: 90))

        _ = try await night.run()

        #expect(told.withLock { $0 }.filter(Self.isPause) == [.paused(payer: "med0", seconds: 90)])
    }

    private static func isPause(_ event: RunEvent) -> Bool { if case .paused = event { true } else { false } }

    private static func isNews(_ event: RunEvent) -> Bool {
        switch event {
        case .closed, .opened, .parked: true
        default: false
        }
    }

    @Test("pauses are random between nothing and a ceiling that doubles up to the longest")
    func pauses() {
        let policy = BreakerPolicy(failures: 5, budget: 50, firstSeconds: 60, longestSeconds: 3600)
        for closing in 1...40 {
            let ceiling = min(60 * Double(sign: .plus, exponent: closing - 1, significand: 1), 3600)
            #expect(policy.pause(closing: closing, jitter: 0) == 0)
            #expect(policy.pause(closing: closing, jitter: 0.25) == ceiling / 4)
        }
    }

    private func night(
        members: Int, attempts: Int = 9, delivery: ExchangeTerms.Delivery.Kind = .transaction,
        observer: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) throws -> Night {
        let members = (1...members).map {
            NamedMember("p\($0)", "Sam", "Lee", born: "1960-01-0\($0)", memberID: "M0-\($0)")
        }
        return try Night(
            members, mappings: usCoreMappings, attempts: attempts, concurrency: 1,
            breaker: BreakerPolicy(failures: 3, budget: 50, firstSeconds: 60, longestSeconds: 600),
            delivery: delivery, observer: observer)
    }

    private func closed(members: Int) async throws -> Night {
        let night = try night(members: members)
        night.payer.reply(.refuse(500), .refuse(502), .refuse(500))
        _ = try await night.run()
        return night
    }

    private func breaker(_ night: Night) async throws -> CircuitBreaker? {
        try await night.store.read { try $0.breakers().first }
    }

    private func attempts(_ night: Night) async throws -> [Int] {
        try await night.store.read { reader in
            try reader.exchanges(matching: ExchangeFilter(), limit: 99)
                .flatMap { try reader.submissions(ofExchange: $0.id) }.map(\.attempts)
        }
    }
}
