import FHIR
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import Pipeline

/// Exchanges that an operator cancels while they are under way.
@Suite("What is taken back is not sent again")
struct CancellationTests {
    /// What a payer may answer to what was cancelled meanwhile.
    static let answers: [(name: String, reply: ScriptedPayer.Reply)] = [
        ("too large", .refuse(413)), ("too busy", .busy(retryAfterSeconds: 1)), ("broken", .refuse(500)),
        ("refused", .refuse(422)), ("lost", .loseAnswer), ("in part", .acceptAllButLast),
    ]

    @Test(
        "whatever the payer answers to what was taken back meanwhile, it is neither divided nor tried again",
        arguments: answers.indices, [ExchangeState.cancelled, .withheld])
    func isNotSentAgain(answer: Int, state: ExchangeState) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(Self.answers[answer].reply)
        night.payer.whileAnswering { try await night.takeBack(as: state) }

        _ = try await night.run()
        try await night.goOn()

        #expect(night.payer.received.count == 1, "\(Self.answers[answer].name)")
        let (exchange, submissions) = try await night.only()
        #expect(exchange.state == state)
        #expect(submissions.map(\.state) == [.cancelled])
        let verdicts = try await night.store.read { try $0.receipts(ofExchange: exchange.id).map(\.verdict) }
        #expect(verdicts == ["cancelled"])
        let bundle = try await night.store.read { try $0.bundle(ofSubmission: submissions[0].id) }
        #expect(bundle == nil)
    }

    @Test("what arrived although it was taken back meanwhile has its receipt, and stays taken back")
    func hasArrived() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.whileAnswering { try await night.takeBack(as: .cancelled) }

        _ = try await night.run()
        try await night.goOn()

        let (exchange, submissions) = try await night.only()
        #expect(exchange.state == .cancelled && exchange.reason == .cancelledByOperator)
        #expect(submissions.map(\.state) == [.acknowledged])
        #expect(night.payer.received.count == 1)
    }

    @Test("what is taken back between its claim and its request does not leave")
    func doesNotBegin() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.beforeBeginning { try await night.takeBack(as: .cancelled) }

        _ = try await night.run()
        try await night.goOn()

        #expect(night.payer.received.isEmpty)
        let (exchange, submissions) = try await night.only()
        #expect(exchange.state == .cancelled)
        #expect(submissions.map(\.state) == [.cancelled])
    }

    @Test("what is taken back in the hands of a process that ends is not taken over by another")
    func isNotRescued() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.refuse(503))
        _ = try await night.run()
        night.clock.advance(seconds: 700)
        let (route, now) = (night.pipeline.terms.route, night.clock.now())
        let claims = try await night.store.write {
            try $0.lease(route, limit: 9, owner: "gone", now: now, expiry: now.adding(milliseconds: 60_000))
        }
        try #require(claims.count == 1)
        try await night.takeBack(as: .cancelled)

        _ = try await night.pipeline.outbox.receipts.rescue { _ in true }
        try await night.goOn()

        #expect(night.payer.received.count == 1)
        let (exchange, submissions) = try await night.only()
        #expect(exchange.state == .cancelled)
        #expect(submissions.map(\.state) == [.cancelled])
        let last = try await night.store.read { try $0.receipts(ofExchange: exchange.id).last }
        #expect(last?.verdict == "cancelled" && last?.fault == .processLost)
    }

    @Test("what an operator took back is counted as that by the nights that follow, and makes none of them partial")
    func isCounted() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 600), .busy(retryAfterSeconds: 600))
        #expect(try await night.run("night-1").state == .partial)
        let waiting = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 9) }
        let now = night.clock.now()
        try await night.store.write { writer in
            for exchange in waiting {
                _ = try writer.cancelOpenSubmissions(ofExchange: exchange.id)
                try writer.advance(
                    exchange.id, to: .cancelled, reason: .cancelledByOperator, detail: nil, at: now,
                    audit: AuditEntry(at: now, actor: "tests", action: "exchange.cancelled", exchange: exchange.id))
            }
        }
        night.clock.advance(seconds: 86_400)

        let report = try await night.run("night-2")

        #expect(report.exchanges.cancelled == [.cancelledByOperator: 2])
        #expect(report.exchanges.parked == [:])
        #expect(report.state == .complete)
        #expect(report.examples == [:])
    }

    @Test("what is withheld stays withheld when one of its parts had arrived before")
    func staysWithheld() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.most = ScriptedPayer.Limit(entries: 8)
        let answers = Mutex(0)
        night.payer.whileAnswering {
            let count = answers.withLock { count in
                count += 1
                return count
            }
            // The first is too large, the second is a part of it.
            if count == 2 { try await night.takeBack(as: .withheld) }
        }
        _ = try await night.run()

        let (exchange, submissions) = try await night.only()
        #expect(Set(submissions.map(\.state)) == [.acknowledged, .cancelled])
        #expect(exchange.state == .withheld)
    }

    @Test("the answer to a claim that is another's by now says nothing of the payer")
    func lateAnswer() async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings,
            breaker: BreakerPolicy(failures: 1, budget: 50, firstSeconds: 60, longestSeconds: 600))
        night.payer.reply(.refuse(500))
        night.payer.whileAnswering { [store = night.store, clock = night.clock, route = night.pipeline.terms.route] in
            clock.advance(seconds: 4_000)
            let now = clock.now()
            try await store.write { writer in
                _ = try writer.rescue(now: now, ownerIsGone: { _ in false })
                _ = try writer.lease(
                    route, limit: 1, owner: "another", now: now, expiry: now.adding(milliseconds: 600_000))
            }
        }

        _ = try await night.run()

        #expect(night.payer.received.count == 1)
        #expect(try await night.store.read { try $0.breakers() } == [])
    }
}

extension Night {
    /// Does what an operator's cancelling and a withdrawal do.
    fileprivate func takeBack(as state: ExchangeState) async throws {
        let now = clock.now()
        try await store.write { writer in
            guard let exchange = try writer.exchanges(matching: ExchangeFilter(), limit: 1).first,
                exchange.state.successors.contains(state)
            else { return }
            _ = try writer.cancelOpenSubmissions(ofExchange: exchange.id)
            let entry = AuditEntry(
                at: now, actor: "test", action: "exchange.\(state.rawValue)", run: exchange.run, exchange: exchange.id)
            try writer.advance(
                exchange.id, to: state, reason: state == .withheld ? .consentDenied : .cancelledByOperator, detail: nil,
                at: now, audit: entry)
        }
    }

    /// Delivers whatever may ever become due.
    fileprivate func goOn() async throws {
        for _ in 0..<4 {
            clock.advance(seconds: 4_000)
            _ = try await pipeline.deliver()
        }
    }

    fileprivate func only() async throws -> (Exchange, [Submission]) {
        try await store.read { reader in
            let exchange = try #require(try reader.exchanges(matching: ExchangeFilter(), limit: 1).first)
            return (exchange, try reader.submissions(ofExchange: exchange.id))
        }
    }
}
