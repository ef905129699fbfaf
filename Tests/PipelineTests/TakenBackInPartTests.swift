import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Data that arrived without being acknowledged as a whole, or after the decision about it (CO-10, WR-20).
@Suite("After a withdrawal everything that ever arrived is taken back")
struct TakenBackInPartTests {
    /// How a payer comes to hold data that no acknowledged exchange records.
    enum Way: String, CaseIterable, CustomTestStringConvertible {
        case onePart, lostAnswer, dividedInPart, mostEntries, onItsWay
        var testDescription: String { rawValue }
    }

    @Test("whatever way it came to be there, and once", arguments: Way.allCases)
    func takenBack(way: Way) async throws {
        let night = try Self.night(way, .delete)
        try await Self.bring(night, by: way)
        #expect(!TakenBackTests.clinicalHeld(night).isEmpty)
        _ = try await TakenBackTests.withdrawn(night)
        _ = try await TakenBackTests.next(night)
        let between = night.payer.received.count
        let last = try await TakenBackTests.next(night)
        #expect(TakenBackTests.clinicalHeld(night).isEmpty)
        #expect(night.payer.received.count == between)
        #expect(last.notes == [:] && last.balanced)
        #expect(try await night.store.read { try $0.queued() }.isEmpty)
    }

    @Test("what only may have arrived is not written as entered in error, but listed once", arguments: [true, false])
    func perhaps(arrived: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, attempts: 1, afterRevocation: .enteredInError)
        let unknown = Fault(.payerUnknownOutcome, .retry, "no answer came")
        night.payer.reply(arrived ? .loseAnswer : .fail(unknown))
        _ = try await night.run("night-1")
        let (sent, held) = (night.payer.received.count, TakenBackTests.clinicalHeld(night))
        let second = try await TakenBackTests.withdrawn(night)
        let third = try await TakenBackTests.next(night)
        #expect(night.payer.received.count == sent)
        #expect(TakenBackTests.clinicalHeld(night) == held)
        #expect([second.notes, third.notes] == [[.notRetracted: 3], [:]])
    }

    @Test("of an exchange that arrived in part, what was acknowledged is written as entered in error")
    func partEntered() async throws {
        let night = try Self.night(.onePart, .enteredInError)
        try await Self.bring(night, by: .onePart)
        let before = TakenBackTests.clinicalHeld(night)
        let second = try await TakenBackTests.withdrawn(night)
        let after = TakenBackTests.clinicalHeld(night)
        #expect(second.notes == [.retracted: before.count])
        #expect(after.map(\.id) == before.map(\.id))
        #expect(after.allSatisfy { $0["status"] == "entered-in-error" || $0["verificationStatus"] != nil })
    }

    @Test("deleting what is not there is no failure, whatever the payer calls it", arguments: ["404", "410 Gone"])
    func absent(status: String) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, attempts: 1, afterRevocation: .delete)
        night.payer.reply(.fail(Fault(.payerUnknownOutcome, .retry, "no answer came")))
        _ = try await night.run("night-1")
        night.payer.reply(
            .retell { responses in
                responses.map {
                    $0["response"]?["location"]?.string?.hasPrefix("Provenance/") == true
                        || $0["response"]?["location"]?.string?.hasPrefix("Organization/") == true
                        ? $0 : ["response": ["status": .string(status)]]
                }
            })
        let second = try await TakenBackTests.withdrawn(night)
        let between = night.payer.received.count
        let third = try await TakenBackTests.next(night)
        #expect(second.notes == [.retractedByDelete: 3])
        #expect(second.exchanges.withheld == [.consentDenied: 1])
        #expect(third.notes == [:])
        #expect(night.payer.received.count == between)
    }

    @Test("a resource that the payer would have to know, and does not, is a failure as before")
    func putAbsent() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, attempts: 1)
        night.payer.reply(.retell { $0.map { _ in ["response": ["status": "404"]] } })
        #expect(try await night.run("night-1").exchanges.parked == [.payerPartial: 1])
    }

    @Test(
        "a policy that is younger than the withdrawal is followed by the next run, once",
        arguments: [ExchangeTerms.AfterRevocation.leave, .notify])
    func laterPolicy(before: ExchangeTerms.AfterRevocation) async throws {
        let night = try await TakenBackTests.delivered(before)
        _ = try await TakenBackTests.withdrawn(night)
        let later = try Self.pipeline(night, .delete)
        let reports = try await Self.runs(3, night, later)
        #expect(reports.map(\.notes) == [[.retractedByDelete: 3], [:], [:]])
        #expect(reports.map(\.submitted.bundles) == [1, 0, 0])
        #expect(TakenBackTests.clinicalHeld(night).isEmpty)
    }

    @Test("a policy to list is followed once, too, however late it comes")
    func laterList() async throws {
        let night = try await TakenBackTests.delivered(.leave)
        _ = try await TakenBackTests.withdrawn(night)
        let reports = try await Self.runs(2, night, try Self.pipeline(night, .notify))
        #expect(reports.map(\.notes) == [[.notRetracted: 3], [:]])
        #expect(reports.map(\.submitted.bundles) == [0, 0])
    }

    @Test(
        "what the clinic deletes is deleted at the payer, whatever is only listed after a withdrawal",
        arguments: [true, false])
    func clinicDeletes(beforeTheList: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, retraction: .delete, afterRevocation: .notify)
        _ = try await night.run("night-1")
        if !beforeTheList { _ = try await TakenBackTests.withdrawn(night) }
        night.clinic.remove("Observation", "joe-glucose")
        let line = #"{"request":{"method":"DELETE","url":"Observation/joe-glucose"}}"#
        night.clinic.rewrite {
            $0.deletedLines = [#"{"resourceType":"Bundle","type":"transaction","entry":[\#(line)]}"#]
        }
        let report = try await TakenBackTests.withdrawn(night)
        #expect(report.notes == [.retractedByDelete: 1].merging(beforeTheList ? [.notRetracted: 2] : [:]) { $1 })
        #expect(Set(TakenBackTests.clinicalHeld(night).map(\.type)) == ["Encounter", "Condition"])
        #expect(try await TakenBackTests.next(night).notes == [:])
    }

    @Test("given again while the retraction is under way, everything is there in the end, whatever came between")
    func olderRetraction() async throws {
        let night = try await TakenBackTests.delivered(.delete)
        night.payer.reply(.loseAnswer, .refuse(422))
        _ = try await TakenBackTests.withdrawn(night)
        try TakenBackTests.give(night, "active")
        _ = try await TakenBackTests.next(night)
        // Belongs to no visit, so that nothing else needs to go along with it.
        var alone = try #require(NamedMember.joe.observation(value: "5.00").object)
        alone["id"] = "alone"
        alone["encounter"] = nil
        night.clinic.put(try Resource(.object(alone)))
        for _ in 0..<3 { _ = try await TakenBackTests.next(night) }
        let types = TakenBackTests.clinicalHeld(night).map(\.type)
        #expect(types == ["Condition", "Encounter", "Observation", "Observation"])
    }

    @Test("the audit trail names an exchange of which only a part may have arrived")
    func audited() async throws {
        let night = try Self.night(.lostAnswer, .leave)
        try await Self.bring(night, by: .lostAnswer)
        _ = try await TakenBackTests.withdrawn(night)
        let audit = try await night.store.read { try $0.audit(after: 0, limit: 1000).map(\.entry) }
        let reason = audit.last { $0.action == "consent.revoked" }?.reason
        #expect(reason?.contains("; the payer has a part, or may have, of what exchange ") == true)
    }

    private static func night(_ way: Way, _ policy: ExchangeTerms.AfterRevocation) throws -> Night {
        try Night(
            [.joe], mappings: usCoreMappings, maxEntries: way == .onePart ? 8 : 200, attempts: 1,
            afterRevocation: policy, concurrency: 1)
    }

    private static func bring(_ night: Night, by way: Way) async throws {
        switch way {
        case .onePart: night.payer.reply(.accept, .refuse(422))
        case .lostAnswer: night.payer.reply(.loseAnswer)
        case .mostEntries: night.payer.reply(.acceptAllButLast)
        case .dividedInPart:
            night.payer.reply(.say(413, ["resourceType": "OperationOutcome"]), .accept, .refuse(422))
        case .onItsWay:
            night.payer.whileAnswering {
                try TakenBackTests.give(night, "inactive")
                _ = try await night.pipeline.importMembers()
            }
        }
        _ = try await night.run("night-1")
    }

    /// The same store, with another policy.
    private static func pipeline(
        _ night: Night, _ policy: ExchangeTerms.AfterRevocation
    ) throws -> ExchangePipeline {
        night.pipeline(by: try Night([.joe], mappings: usCoreMappings, afterRevocation: policy).pipeline.terms)
    }

    private static func runs(_ count: Int, _ night: Night, _ pipeline: ExchangePipeline) async throws -> [RunReport] {
        var reports: [RunReport] = []
        for index in 0..<count {
            night.clock.advance(seconds: 3600)
            reports.append(try await pipeline.run(night.firing("later-\(index)")))
        }
        return reports
    }
}
