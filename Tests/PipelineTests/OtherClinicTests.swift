import FHIR
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import Pipeline

/// Two clinics that send to one payer from one store, by processes of their own.
@Suite("A member request beside another clinic's backlog")
struct OtherClinicTests {
    @Test("is left a place at the payer as long as it is due", arguments: [2, 3])
    func place(concurrency: Int) async throws {
        let night = try await backlog(concurrency: concurrency)
        try await ask(night, since: night.clock.now())
        let most = Mutex(0)
        night.payer.whileAnswering {
            let underWay = try await night.store.read {
                try $0.deliveriesUnderWay(
                    to: "med0", besides: "another process", eachAtMost: concurrency, at: night.clock.now())
            }
            most.withLock { $0 = max($0, underWay) }
        }

        let count = try await night.pipeline.deliver()

        #expect(count == 9)
        #expect(most.withLock { $0 } == concurrency - 1)
    }

    @Test("has the only place in turn, and the backlog goes on afterwards")
    func onlyPlace() async throws {
        let night = try await backlog(concurrency: 1)
        try await ask(night, since: night.clock.now())
        let other = pipeline(night, terms(of: "clinic1", night), night.clock, "another process")
        let delivered = Mutex([String]())
        let clock = SteppedClock(clock: night.clock) {
            for lease in try await other.outbox.submit.claim(limit: 32, sparing: true).leases {
                let claim = lease.submission
                let receipt = Receipt(
                    submission: claim.id, attempt: claim.attempts, status: 200, verdict: "acknowledged", fault: nil,
                    outcome: nil, locations: [], at: night.clock.now())
                _ = try await night.store.write {
                    try $0.settle(claim.id, epoch: claim.epoch, as: .acknowledged, notBefore: nil, receipt: receipt)
                }
                delivered.withLock { $0.append(claim.id) }
            }
        }

        let count = try await pipeline(night, night.pipeline.terms, clock, "tests").deliver()

        #expect(delivered.withLock { $0 } == ["s"])
        #expect(count == 9)
    }

    @Test(
        "that nobody comes for holds the backlog up for two seconds a group, and not at all once it is an hour old",
        arguments: [(age: 0, waited: 2.0), (age: 3601, waited: 0)])
    func nobodyComes(age: Int64, waited: Double) async throws {
        let night = try await backlog(concurrency: 1)
        let now = night.clock.now()
        try await ask(night, since: now.adding(milliseconds: -age * 1000))

        let count = try await night.pipeline.deliver()

        #expect(count == 9)
        #expect((night.clock.now() - now) / .seconds(1) == waited)
    }

    /// Nine bundles for which the payer was too busy, due again.
    private func backlog(concurrency: Int) async throws -> Night {
        let members = (1...9).map {
            NamedMember("p\($0)", "Sam", "Lee", born: "1960-01-0\($0)", memberID: "M0-\($0)")
        }
        let night = try Night(
            members, mappings: usCoreMappings, attempts: 9, concurrency: concurrency,
            breaker: BreakerPolicy(failures: 100, budget: 1000))
        for _ in 1...9 { night.payer.reply(.busy(retryAfterSeconds: 60)) }
        _ = try await night.run()
        night.clock.advance(seconds: 600)
        return night
    }

    /// One bundle of a request at the other clinic, due at an instant.
    private func ask(_ night: Night, since instant: Instant) async throws {
        let run = Run(
            id: "request-1", job: "member-data-request", trigger: .request, clinic: "clinic1", payer: "med0",
            instant: instant)
        let exchange = Exchange(
            id: "x", job: run.job, run: run.id, member: ResourceKey(bits: 1), clinic: "clinic1", payer: "med0",
            state: .queued, fingerprint: 0, manifest: ExchangeManifest(), mapping: "m", created: instant,
            updated: instant)
        let submission = Submission(
            id: "s", exchange: exchange.id, clinic: "clinic1", payer: "med0", member: exchange.member, part: 1,
            notBefore: instant, entries: 1, bytes: 2, contentDigest: "", lane: .onDemand)
        try await night.store.write { writer in
            try writer.open(run)
            try writer.insert(
                exchange,
                audit: [AuditEntry(at: instant, actor: "tests", action: "exchange.queued", exchange: exchange.id)])
            try writer.enqueue([LeasedSubmission(submission: submission, bundle: Array("{}".utf8))])
        }
    }

    private func terms(of clinic: String, _ night: Night) -> ExchangeTerms {
        let terms = night.pipeline.terms
        return ExchangeTerms(
            job: "member-data-request",
            clinic: Party(
                name: clinic, base: terms.clinic.base, npi: terms.clinic.npi, organization: terms.clinic.organization,
                identifierSystem: terms.clinic.identifierSystem),
            payer: terms.payer, selection: terms.selection, matchBy: terms.matchBy, coverage: terms.coverage,
            consent: terms.consent, delivery: terms.delivery, retry: terms.retry, breaker: terms.breaker)
    }

    private func pipeline(
        _ night: Night, _ terms: ExchangeTerms, _ clock: any WallClock, _ owner: String
    ) -> ExchangePipeline {
        ExchangePipeline(
            terms: terms, clinic: night.clinic, payer: night.payer, store: night.store,
            mappings: night.pipeline.mappings, identities: night.identities, clock: clock, random: { 0.5 },
            owner: owner)
    }
}
