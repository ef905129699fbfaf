import FHIR
import PDex
import PDexTesting
import Pipeline
import SampleData
import Testing

@Suite("The balance sheet")
struct BalanceTests {
    @Test("members and resources add up, whatever the members are and however the payer answers", arguments: 0..<24)
    func addsUp(seed: Int) async throws {
        var generator = SeededNumbers(seed: UInt64(seed))
        let members = (0..<8).map { index in
            let born = "19\(50 + Int.random(in: 0..<4, using: &generator))-01-02"
            let name = ["Lee", "Kim"].randomElement(using: &generator) ?? "Lee"
            let hasID = Bool.random(using: &generator)
            return NamedMember("p\(index)", "Sam", name, born: born, memberID: hasID ? "M0-\(index)" : nil).with {
                if Int.random(in: 0..<4, using: &generator) == 0 { $0.covered = nil }
                if Int.random(in: 0..<4, using: &generator) == 0 { $0.consent = "inactive" }
                if Int.random(in: 0..<4, using: &generator) == 0 { $0.visitLabels = ["R"] }
                if Int.random(in: 0..<6, using: &generator) == 0 { $0.visit = nil }
            }
        }
        let night = try Night(members, mappings: usCoreMappings)
        night.payer.reply(.accept, .refuse(422), .busy(retryAfterSeconds: nil), .acceptAllButLast)
        let first = try await night.run("night-1")
        #expect(first.balanced)
        #expect(first.pulled.patients == 8)
        night.clock.advance(seconds: 7200)
        let second = try await night.run("night-2")
        #expect(second.balanced)
        #expect(second.exchanges.total == 8)
    }
}

extension BalanceTests {
    @Test("what the payer refused is not counted as sent")
    func refusedIsNotSent() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.refuse(422))
        let report = try await night.run()
        #expect(report.balanced)
        #expect(report.resources.sent == 0)
        #expect(report.resources.leftOut == [.payerRefused: 4])
    }

    @Test("what is to be tried again waits, and is sent in the balance of the run that delivers it")
    func waitingIsNotSent() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 600))
        let first = try await night.run("night-1")
        #expect(first.balanced)
        #expect(first.resources.waiting == 4)
        night.clock.advance(seconds: 3600)
        let second = try await night.run("night-2")
        #expect(second.balanced)
        #expect(second.resources.sent == 4)
        #expect(second.resources.leftOut.isEmpty)
    }

    @Test("a dry run after a night adds up, whatever became of the members")
    func dryRunAfterNight() async throws {
        let members: [NamedMember] = [
            .joe, .ada.with { $0.consent = nil },
            NamedMember("sam", "Sam", "Lee", born: "1960-01-02", memberID: "M0-3").with { $0.covered = nil },
            NamedMember("kim", "Kim", "Lee", born: "1961-01-02", memberID: "M0-4").with { $0.visit = nil },
        ]
        let night = try Night(members, mappings: usCoreMappings)
        let first = try await night.run("night-1")
        night.clock.advance(seconds: 60)
        let dry = try await night.run("dry-1", dryRun: true)
        #expect(dry.balanced)
        #expect(dry.exchanges.unchanged == first.exchanges.acknowledged)
        #expect(dry.exchanges.withheld == first.exchanges.withheld)
        #expect(dry.exchanges.unmatched == first.exchanges.unmatched)
        #expect(dry.exchanges.parked == first.exchanges.parked)
    }

    @Test("a type that the job does not name is not sent, though another job has staged it")
    func onlySelectedTypes() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, types: ["Patient", "Encounter"])
        let report = try await night.run()
        #expect(report.balanced)
        #expect(report.resources.leftOut == [.jobTypeNotSelected: 2])
        #expect(Set(night.payer.held.values.map(\.type)).isDisjoint(with: ["Condition", "Observation"]))
    }

    @Test("a type that the job does not name still tells what is sensitive")
    func unselectedStillTaints() async throws {
        let night = try Night(
            [.joe.with { $0.visitLabels = ["PSY"] }], mappings: usCoreMappings,
            types: ["Patient", "Condition", "Observation"])
        let report = try await night.run()
        #expect(report.balanced)
        #expect(report.resources.leftOut[.consentSensitive] == 3)
        #expect(night.payer.held.values.allSatisfy { !["Condition", "Observation"].contains($0.type) })
    }

    @Test("a rate keeps deliveries apart, from one group to the next too")
    func rate() async throws {
        let members = (1...4).map { NamedMember("p\($0)", "Sam", "Lee", born: "1960-01-0\($0)", memberID: "M0-\($0)") }
        let night = try Night(members, mappings: usCoreMappings, perSecond: 0.001)
        let began = night.clock.now()
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 4)
        #expect((night.clock.now() - began) / .seconds(1) >= 3000)
    }
}
