import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Consent and coverage are those of now, not of the night before")
struct FreshConsentTests {
    @Test("a consent withdrawn at the payer stops a delivery that is tried again later")
    func laterDelivery() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 3600))
        _ = try await night.run("night-1")
        try withdraw(.joe, night)
        night.clock.advance(seconds: 3601)
        #expect(try await night.pipeline.deliver() == 0)
        #expect(night.payer.received.count == 1)
        #expect(try await latest(night)?.state == .withheld)
    }

    @Test(
        "a consent that was withdrawn while the bundle waited, and is given again as it was, is heeded by the next run")
    func givenAgain() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 3600))
        _ = try await night.run("night-1")
        try withdraw(.joe, night)
        night.clock.advance(seconds: 3601)
        #expect(try await night.pipeline.deliver() == 0)
        for record in try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") {
            night.payer.put(record)
        }
        night.clock.advance(seconds: 86_400)

        _ = try await night.run("night-2")

        #expect(try await latest(night)?.state == .acknowledged)
    }

    @Test("records that grow old while a slow payer takes the first of a group are read again before the next is sent")
    func slowPayer() async throws {
        let eve = NamedMember("eve", "Eve", "Moreau", born: "1990-03-03", memberID: "M0-3")
        let night = try Night([.joe, .ada, eve], mappings: usCoreMappings, concurrency: 1)
        night.payer.whileAnswering {
            night.clock.advance(seconds: 901)
            for member in [NamedMember.joe, .ada, eve] { try withdraw(member, night) }
        }

        _ = try await night.run("night-1")

        #expect(night.payer.received.count == 1)
    }

    @Test("who stands still since the payer's records were read reads them again before the request is begun")
    func standsStill() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.beforeBeginning {
            night.clock.advance(seconds: 901)
            try withdraw(.joe, night)
        }

        _ = try await night.run("night-1")

        #expect(night.payer.received.isEmpty)
        #expect(try await latest(night)?.state == .withheld)
    }

    @Test("a replay asks the payer, not the copy of the night")
    func replay() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.refuse(422))
        _ = try await night.run("night-1")
        let parked = try #require(try await latest(night))
        try withdraw(.joe, night)
        night.clock.advance(seconds: 3600)
        let replay = try await night.pipeline.replay(parked, run: night.firing("replay-1"))
        #expect(replay.state == .withheld)
        #expect(night.payer.received.count == 1)
    }

    @Test("records read a moment ago are not read again for each delivery")
    func notEachTime() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 60), .busy(retryAfterSeconds: 60))
        _ = try await night.run("night-1")
        let asked = night.payer.searches
        night.clock.advance(seconds: 61)
        #expect(try await night.pipeline.deliver() == 2)
        #expect(night.payer.searches == asked)
    }

    @Test("records are read again when the clock was set back: nobody knows how old they are")
    func clockSetBack() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.refuse(422))
        _ = try await night.run("night-1")
        let parked = try #require(try await latest(night))
        try withdraw(.joe, night)
        night.clock.advance(seconds: -3600)

        let replay = try await night.pipeline.replay(parked, run: night.firing("replay-1"))

        #expect(replay.state == .withheld)
        #expect(night.payer.received.count == 1)
    }

    @Test("a denial that cannot be read does not become a permit: nothing is decided, nothing sent")
    func unreadableDenial() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.stray = [#"{"resourceType":"Consent","id":"denial","status":"active","provision":{"type":"#]
        let fault = await #expect(throws: Fault.self) { try await night.run() }
        #expect(fault?.code == .payerRecordsIncomplete)
        #expect(night.payer.received.isEmpty)
    }

    @Test("records that did not come whole leave those of the night before as they were")
    func keepsDenial() async throws {
        let denied = NamedMember.joe.with { $0.consent = "inactive" }
        let night = try Night([denied], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        night.payer.remove("Consent", "consent-joe")
        night.payer.stray = ["{"]
        night.clock.advance(seconds: 86_400)
        await #expect(throws: Fault.self) { try await night.run("night-2") }
        night.payer.stray = []
        let consents = try await night.store.read {
            try $0.keys(ofSource: "med0", type: "Consent", after: nil, limit: 10)
        }
        #expect(consents.count == 1)
    }

    @Test("a run that goes on after the consent changed sends what is permitted now, and counts each member once")
    func changedMeanwhile() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        let failure = Fault(.keyMissing, .halt, "no delivery can be made")
        night.payer.reply(.fail(failure), .fail(failure))
        let run = night.firing("night-1")
        await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        try withdraw(.joe, night)
        night.clock.advance(seconds: 60)
        let report = try await night.pipeline.run(run)
        #expect(report.balanced)
        #expect(report.exchanges.acknowledged == 1)
        #expect(report.exchanges.withheld == [.consentDenied: 1])
    }

    private func withdraw(_ member: NamedMember, _ night: Night) throws {
        let withdrawn = member.with { $0.consent = "inactive" }
        for record in try withdrawn.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") {
            night.payer.put(record)
        }
    }

    private func latest(_ night: Night) async throws -> Exchange? {
        try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first
    }
}
