import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("Jobs between the same clinic and payer share an outbox")
struct SharedOutboxTests {
    @Test("a bundle is judged by the rules of the job that made it, whichever job sends it")
    func judged() async throws {
        let night = try await waiting()

        let delivered = try await night.pipeline(by: Self.request(night, knowing: night.pipeline.terms)).deliver()

        #expect(delivered == 1)
        #expect(try await Self.states(night) == [.acknowledged])
    }

    @Test("a bundle of a job that is no longer configured is judged by the rules of the job that sends it")
    func forgotten() async throws {
        let night = try await waiting()

        _ = try await night.pipeline(by: Self.request(night, knowing: nil)).deliver()

        #expect(try await Self.states(night) == [.withheld])
        #expect(night.payer.received.count == 1)
    }

    @Test("a delivery that fails is tried again as often as the job says that made it")
    func retried() async throws {
        let night = try await waiting(attempts: 2)
        night.payer.reply(.busy(retryAfterSeconds: 60))

        _ = try await night.pipeline(by: Self.request(night, knowing: night.pipeline.terms)).deliver()

        #expect(try await Self.states(night) == [.parked])
    }

    /// A night of a person recognised only by demographics, for whose bundle the payer was too busy; due again.
    private func waiting(attempts: Int = 9) async throws -> Night {
        let joe = NamedMember.joe.with { $0.memberID = nil }
        let night = try Night([joe], mappings: usCoreMappings, attempts: attempts, matchBy: [.demographics])
        night.payer.reply(.busy(retryAfterSeconds: 60))
        _ = try await night.run()
        try #require(try await Self.states(night) == [.retrying])
        night.clock.advance(seconds: 600)
        return night
    }

    /// The terms of a job that recognises members only by number, and sends data of any age.
    private static func request(_ night: Night, knowing other: ExchangeTerms?) -> ExchangeTerms {
        let terms = night.pipeline.terms
        let others = other.map { other in
            [
                other.job: ExchangeTerms.JobRules(
                    matchBy: other.matchBy, years: other.selection.years, retry: other.retry)
            ]
        }
        return ExchangeTerms(
            job: "member-data-request", clinic: terms.clinic, payer: terms.payer, selection: terms.selection,
            matchBy: [.memberID], coverage: terms.coverage, consent: terms.consent, jobsOfRoute: others ?? [:],
            delivery: terms.delivery, retry: RetryPolicy(attempts: 9, firstSeconds: 30, longestSeconds: 600),
            breaker: terms.breaker)
    }

    private static func states(_ night: Night) async throws -> [ExchangeState] {
        try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 10).map(\.state) }
    }
}
