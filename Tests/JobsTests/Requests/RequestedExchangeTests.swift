import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

@Suite("The exchange of a member request")
struct RequestedExchangeTests {
    @Test("is none where the request failed for now, was taken back, or has not begun: a night's is no answer")
    func none() async throws {
        let served = try await Self.afterANight()
        let failed = try await served.ask("joe")
        let cancelled = try await served.ask("joe")
        let waiting = try await served.ask("joe")
        served.night.clinic.rewrite { $0.unreachable = ["joe"] }

        await #expect(throws: RunFailure.self) { try await served.operations.answer(failed.id) }
        _ = try await served.operations.cancel(request: cancelled.id, reason: "asked twice")

        let details = [
            try await served.operations.show(request: failed.id),
            try await served.operations.show(request: cancelled.id),
            try await served.operations.show(request: waiting.id),
        ]
        #expect(details.map(\.request.state) == [.requested, .cancelled, .requested])
        #expect(details[0].run?.state == .failed)
        #expect(details.allSatisfy { $0.exchange == nil && $0.bundles.isEmpty })
    }

    @Test("is what the payer had acknowledged before, where nothing is new, whatever nights come after it")
    func unchanged() async throws {
        let served = try await Self.afterANight()
        let acknowledged = try await served.exchange()
        let request = try await served.ask("joe")
        let report = try await served.operations.answer(request.id)
        let atOnce = try await served.operations.show(request: request.id)
        served.night.clock.advance(seconds: 86_400)
        served.night.clinic.put(try Resource(NamedMember.joe.observation(value: "9.10")))

        _ = try await served.operations.run(job: served.job.name)

        let later = try await served.operations.show(request: request.id)
        #expect(report.exchanges.unchanged == 1)
        #expect(atOnce.exchange == acknowledged)
        #expect(later.exchange == acknowledged)
    }

    @Test("is what a night had left waiting, where the request met that")
    func met() async throws {
        let served = try ServedNight()
        served.night.payer.reply(.busy(retryAfterSeconds: 7200))
        _ = try await served.operations.run(job: served.job.name)
        let waiting = try await served.exchange()
        let request = try await served.ask("joe")

        _ = try await served.operations.answer(request.id)

        let detail = try await served.operations.show(request: request.id)
        #expect(detail.exchange?.id == waiting.id)
        #expect(detail.exchange?.state == .retrying)
    }

    @Test("is the one that took its place, where a night made that of newer data, and none that comes later")
    func superseded() async throws {
        let served = try ServedNight()
        served.night.payer.reply(.busy(retryAfterSeconds: 7200))
        let request = try await served.ask("joe")
        _ = try await served.operations.answer(request.id)
        let made = try await served.exchange()
        try await served.change("9.10", after: 60)
        let atOnce = try await served.operations.show(request: request.id)
        served.night.clock.advance(seconds: 8000)
        _ = try await served.night.pipeline.deliver()
        served.night.payer.reply(.refuse(422))

        try await served.change("9.20", after: 86_400)

        let later = try await served.operations.show(request: request.id)
        let (latest, first) = try await served.night.store.read { reader in
            (
                try reader.latestExchange(member: made.member, payer: made.payer),
                try reader.exchange(made.id)
            )
        }
        #expect(first?.reason == .superseded && latest?.state == .parked)
        #expect(atOnce.exchange?.id != made.id && atOnce.exchange != nil)
        #expect(later.exchange?.id == atOnce.exchange?.id)
        #expect(later.exchange?.state == .acknowledged)
    }

    /// Joe after a night of which the payer took everything.
    private static func afterANight() async throws -> ServedNight {
        let served = try ServedNight()
        let report = try await served.operations.run(job: served.job.name)
        #expect(report.exchanges.acknowledged == 1)
        return served
    }
}

extension ServedNight {
    /// Accepts a demand for one patient a minute later.
    fileprivate func ask(_ patient: String) async throws -> MemberRequest {
        night.clock.advance(seconds: 60)
        return try await operations.accept(MemberDemand(patient: patient), by: job)
    }

    /// Has another value at the clinic for Joe after a while, and a night over it.
    fileprivate func change(_ value: String, after seconds: Double) async throws {
        night.clock.advance(seconds: seconds)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: value)))
        _ = try await operations.run(job: job.name)
    }
}
