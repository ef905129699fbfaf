import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What stands in the way of every delivery")
struct StandstillTests {
    @Test(
        "a key or registration that fails parks nothing: the run stops, and what was claimed waits as before",
        arguments: [FaultCode.authInvalidClient, .keyMissing, .remoteTLS, .remotePolicy])
    func fails(code: FaultCode) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        let failure = Fault(code, .halt, "no delivery can be made")
        night.payer.reply(.fail(failure), .fail(failure))
        let fault = await #expect(throws: Fault.self) { try await night.run("night-1") }
        #expect(fault?.code == code)
        let waiting = try await exchanges(night, in: [.queued, .retrying])
        #expect(waiting.count == 2)
        #expect(try await exchanges(night, in: [.parked]).isEmpty)
        #expect(try await night.pipeline.deliver() == 2)
    }

    @Test("a token that the payer refuses twice stops the run and parks nothing")
    func unauthorized() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.payer.reply(.refuse(401), .refuse(401))
        let fault = await #expect(throws: Fault.self) { try await night.run("night-1") }
        #expect(fault?.code == .authTokenRefused)
        #expect(try await exchanges(night, in: [.parked]).isEmpty)
        #expect(try await night.pipeline.deliver() == 2)
    }

    @Test("an attempt that was not made does not count")
    func attempts() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, attempts: 1)
        for _ in 0..<3 {
            night.payer.reply(.fail(Fault(.keyMissing, .halt, "no delivery can be made")))
            await #expect(throws: Fault.self) { try await night.run("night-1") }
        }
        #expect(try await night.pipeline.deliver() == 1)
    }

    @Test("who is asked to stop ends the deliveries that have begun and gives the others back")
    func stops() async throws {
        let members = (1...6).map { NamedMember("p\($0)", "Sam", "Lee", born: "1960-01-0\($0)", memberID: "M0-\($0)") }
        let night = try Night(members, mappings: usCoreMappings)
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let (asked, ask) = AsyncStream<Void>.makeStream()
        night.payer.whileAnswering {
            begin.yield()
            for await _ in asked { break }
        }
        let run = Task { try await night.run("night-1") }
        for await _ in begun { break }
        night.clock.freeze()
        run.cancel()
        ask.finish()
        await #expect(throws: CancellationError.self) { try await run.value }
        let sent = night.payer.received.count
        #expect((1...2).contains(sent))
        #expect(try await exchanges(night, in: [.acknowledged]).count == sent)
        #expect(try await exchanges(night, in: [.queued]).count == 6 - sent)
        #expect(try await exchanges(night, in: [.submitted, .retrying, .parked]).isEmpty)
    }

    @Test("a delivery that has no answer 25 s after the process was asked to stop is given back as an unknown outcome")
    func hasNoTimeLeft() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.openness = .searched
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let (asked, ask) = AsyncStream<Void>.makeStream()
        night.payer.whileAnswering {
            begin.yield()
            for await _ in asked { break }
        }
        let run = Task { try await night.run("night-1") }
        for await _ in begun { break }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(night.clock.sleeps == [25])
        let left = try #require(try await exchanges(night, in: [.retrying]).first)
        #expect(left.reason == .payerUnknownOutcome)
        ask.finish()
        night.clock.advance(seconds: 700)
        #expect(try await night.pipeline.deliver() == 1)
        #expect(night.payer.lookedAt > 0)
    }

    private func exchanges(_ night: Night, in states: Set<ExchangeState>) async throws -> [Exchange] {
        try await night.store.read { try $0.exchanges(matching: ExchangeFilter(states: states), limit: 10) }
    }
}
