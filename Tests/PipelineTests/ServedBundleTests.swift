import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

/// What a payer may fetch of the files announced to it (SUB-06, CO-03, CO-10).
@Suite("Bundles that are fetched")
struct ServedBundleTests {
    @Test("what is on its way is there to be fetched, as long as it is on its way")
    func onItsWay() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 60))
        _ = try await night.run()
        let submission = try await Self.submission(night)
        let sent = try await night.store.read { try $0.bundle(ofSubmission: submission) }

        let before = try await night.pipeline.bundle(toServe: submission)
        night.clock.advance(seconds: 600)
        _ = try await night.pipeline.deliver()
        let after = try await night.pipeline.bundle(toServe: submission)

        #expect(before != nil && before == sent)
        #expect(after == nil)
    }

    @Test("after a withdrawal nothing is there, whether the store had learnt of it or not")
    func withdrawn() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 7200))
        _ = try await night.run()
        let submission = try await Self.submission(night)
        for record in try NamedMember.joe.with({ $0.consent = "inactive" })
            .payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") where record.type == "Consent"
        {
            night.payer.put(record)
        }
        // Longer than the payer's records are relied on.
        night.clock.advance(seconds: 3600)

        let served = try? await night.pipeline.bundle(toServe: submission)

        #expect(served ?? nil == nil)
        let exchange = try await night.store.read { try $0.exchange(String(submission.dropLast(2))) }
        #expect(exchange?.state == .withheld)
    }

    @Test("who stands still before any of its looks hands out nothing that was withdrawn meanwhile", arguments: 1...3)
    func standsStill(before read: Int) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 7200))
        _ = try await night.run()
        let submission = try await Self.submission(night)
        night.store.before(read: read) {
            night.clock.advance(seconds: 901)
            for record in try NamedMember.joe.with({ $0.consent = "inactive" })
                .payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") where record.type == "Consent"
            {
                night.payer.put(record)
            }
        }

        let served = try? await night.pipeline.bundle(toServe: submission)

        // If that read never comes, it had checked before.
        #expect(night.store.isWaitingToRead || served ?? nil == nil)
        #expect(read > 1 || !night.store.isWaitingToRead)
    }

    @Test("a consent that has run out since hands out nothing, though nothing was read anew")
    func expired() async throws {
        let joe = NamedMember.joe.with { $0.consentPeriod = "2026-01-01"..."2026-06-01T02:25:00Z" }
        let night = try Night([joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 7200))
        _ = try await night.run()
        let submission = try await Self.submission(night)
        let before = try await night.pipeline.bundle(toServe: submission)
        night.clock.advance(seconds: 660)

        let fault = await #expect(throws: Fault.self) { try await night.pipeline.bundle(toServe: submission) }

        #expect(before != nil)
        #expect(fault?.code == .consentExpired && fault?.disposition == .withhold)
    }

    @Test(
        "names of nothing lead to nothing", arguments: ["", "x", "x-1", "-"])
    func nothing(name: String) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run()

        #expect(try await night.pipeline.bundle(toServe: name) == nil)
    }

    @Test("a payer that does not offer the operations is refused before anything is pulled")
    func missing() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, delivery: .bulkSubmit)

        let fault = await #expect(throws: Fault.self) { try await night.run() }

        #expect(fault?.code == .payerCapability)
        #expect(
            fault?.message.contains("the system operation $bulk-submit, the system operation $bulk-submit-status")
                == true)
        #expect(night.payer.received.isEmpty)
    }

    private static func submission(_ night: Night) async throws -> String {
        try await night.store.read { reader in
            let exchange = try #require(try reader.exchanges(matching: ExchangeFilter(), limit: 1).first)
            return try #require(try reader.submissions(ofExchange: exchange.id).first?.id)
        }
    }
}
