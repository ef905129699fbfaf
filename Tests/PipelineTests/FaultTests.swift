import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What goes wrong on the way")
struct FaultTests {
    @Test("a payer that answers 503 is asked again later, with the same bundle")
    func busy() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: nil))
        let first = try await night.run()
        #expect(first.exchanges.retrying == 1)
        #expect(first.state == .partial)
        night.clock.advance(seconds: 60)
        #expect(try await night.pipeline.deliver() == 1)
        #expect(night.payer.received.count == 2)
        #expect(Set(night.payer.received).count == 1)
    }

    @Test("Retry-After is a floor under the wait")
    func retryAfter() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 600))
        _ = try await night.run()
        night.clock.advance(seconds: 599)
        #expect(try await night.pipeline.deliver() == 0)
        night.clock.advance(seconds: 2)
        #expect(try await night.pipeline.deliver() == 1)
    }

    @Test("a payer that refuses parks the exchange with the status; a replay sends it")
    func refusedThenReplayed() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.refuse(422))
        let report = try await night.run()
        #expect(report.exchanges.parked == [.payerRefused: 1])
        let parked = try #require(
            try await night.store.read { try $0.exchanges(matching: ExchangeFilter(states: [.parked]), limit: 1) }.first
        )
        night.clock.advance(seconds: 60)
        let replay = try await night.pipeline.replay(parked, run: night.firing("replay-1"))
        #expect(replay.state == .acknowledged)
        #expect(replay.replayOf == parked.id)
        #expect(night.payer.held.values.filter { $0.type == "Provenance" }.count == 3)
    }

    @Test("an answer that is lost is followed by the same bundle; the payer holds one copy")
    func lostAnswer() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.loseAnswer)
        _ = try await night.run()
        let held = night.payer.held
        night.clock.advance(seconds: 60)
        _ = try await night.pipeline.deliver()
        #expect(night.payer.received.count == 2)
        #expect(night.payer.held.keys.sorted() == held.keys.sorted())
    }

    @Test("a partial acceptance is never marked delivered")
    func partialAcceptance() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.acceptAllButLast)
        let report = try await night.run()
        #expect(report.exchanges.parked == [.payerPartial: 1])
        #expect(report.submitted.bundles == 0)
    }

    @Test("attempts are exhausted, then the exchange is parked")
    func exhausted() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, attempts: 2)
        night.payer.reply(.busy(retryAfterSeconds: nil), .busy(retryAfterSeconds: nil))
        _ = try await night.run()
        night.clock.advance(seconds: 3600)
        _ = try await night.pipeline.deliver()
        let parked = try await night.store.read {
            try $0.exchanges(matching: ExchangeFilter(states: [.parked]), limit: 1)
        }
        #expect(parked.first?.reason == .attemptsExhausted)
    }

    @Test("a malformed line makes the run partial, loses nothing else, and the watermark does not move")
    func malformedLine() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.strayLines = [#"{"resourceType":"Observation","id":"#] }
        let first = try await night.run("night-1")
        #expect(first.state == .partial)
        #expect(first.problems == [.clinicMalformedLine: 1])
        #expect(first.exchanges.acknowledged == 1)
        night.clinic.rewrite { $0.strayLines = [] }
        night.clock.advance(seconds: 86_400)
        let second = try await night.run("night-2")
        #expect(second.state == .complete)
        #expect(second.pulled.resources >= first.pulled.resources - 1)
    }

    @Test("a resource of the wrong type is refused and counted")
    func wrongType() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.strayLines = [#"{"resourceType":"Patient","id":"stray"}"#] }
        let report = try await night.run()
        #expect(report.problems == [.clinicWrongType: 1])
        #expect(report.state == .partial)
    }

    @Test("a count that differs from the manifest makes the run partial")
    func miscount() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.miscount = 1 }
        let report = try await night.run()
        #expect(report.problems == [.clinicCountMismatch: 1])
        #expect(report.state == .partial)
    }

    /// What comes with an export's data, and harms nothing.
    static let besides: [@Sendable (inout ScriptedClinic.Script) -> Void] = [
        {
            let deletion = #"{"request":{"method":"DELETE","url":"Observation/nobodys"}}"#
            $0.deletedLines = [#"{"resourceType":"Bundle","type":"transaction","entry":[\#(deletion)]}"#]
        },
        {
            $0.outcomeLines = [
                #"{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational"}]}"#
            ]
        },
    ]

    @Test(
        "a file of deletions or of outcomes is counted like one of data",
        arguments: besides.indices, [nil, 0, 1] as [Int?])
    func miscountBesides(file: Int, miscount: Int?) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite(Self.besides[file])
        night.clinic.rewrite { $0.sideMiscount = miscount }
        let report = try await night.run()
        let problems: [FaultCode: Int] = miscount == 1 ? [.clinicCountMismatch: 1] : [:]
        #expect(report.problems == problems)
        #expect((report.state == .complete) == problems.isEmpty)
    }

    @Test("a run that broke off goes on where it stood: files that are in are not downloaded again")
    func resumes() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.outages = ["Observation": 1] }
        let run = night.firing("night-1")
        await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        let report = try await night.pipeline.run(run)
        #expect(report.state == .complete)
        let downloads = night.clinic.requests.filter { $0.hasPrefix("download") }
        #expect(downloads.filter { $0 == "download Condition" }.count == 1)
        #expect(downloads.filter { $0 == "download Observation" }.count == 2)
        #expect(night.clinic.requests.filter { $0 == "export" }.count == 1)
    }

    @Test("a delivery under way is taken over by nobody, however long the payer takes for those before it")
    func slowPayer() async throws {
        let members = (0..<8).map { index in
            NamedMember("p\(index)", "Sam", "Lee", born: "1960-01-0\(index + 1)", memberID: "M0-\(index)")
        }
        let night = try Night(members, mappings: usCoreMappings)
        night.payer.whileAnswering {
            night.clock.advance(seconds: 150)
            let now = night.clock.now()
            let rescued = try await night.store.write { try $0.rescue(now: now, ownerIsGone: { _ in false }) }
            #expect(rescued.isEmpty)
        }
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 8)
        #expect(night.payer.received.count == 8)
    }

    @Test("a payer that does not offer the delivery is refused before anything is pulled")
    func limitedPayer() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, limitedPayer: true)
        let fault = await #expect(throws: Fault.self) { try await night.run() }
        #expect(fault?.code == .payerCapability)
        #expect(night.clinic.requests.isEmpty)
    }

    @Test("a payer that takes no bundles is enough for single requests")
    func withoutBundles() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, limitedPayer: true, delivery: .put)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 1)
    }
}
