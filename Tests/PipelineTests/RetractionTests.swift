import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("What the clinic deletes or corrects is taken back from the payer")
struct RetractionTests {
    @Test("a deletion that the clinic tells is written at the payer as entered in error, once, with who did it")
    func deleted() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let before = try #require(Self.result(night))
        Self.delete(["Observation/joe-glucose"], night)
        let second = try await night.run("night-2")
        night.clock.advance(seconds: 86_400)
        let third = try await night.run("night-3")
        let after = try #require(Self.result(night))
        #expect(after["status"] == "entered-in-error")
        #expect(after["valueQuantity"] == before["valueQuantity"])
        #expect(after["subject"] == before["subject"])
        #expect(second.notes == [.retracted: 1])
        #expect(second.balanced)
        #expect(second.state == .complete)
        #expect(third.submitted.bundles == 0)
        #expect(third.notes == [:])
        let witness = night.payer.held.values.first { $0["activity"] != nil }
        #expect(witness?["activity"]?["coding"]?[0]?["code"] == "NULLIFY")
        #expect(witness?["target"]?[0]?["reference"]?.string == "Observation/" + (after.id ?? ""))
    }

    @Test("a whole visit that is deleted is taken back, and the Patient stays")
    func wholeVisit() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, retraction: .delete)
        _ = try await night.run("night-1")
        Self.delete(["Observation/joe-glucose", "Encounter/joe-visit", "Condition/joe-sore-throat"], night)
        let second = try await night.run("night-2")
        let types = night.payer.held.values.map(\.type)
        #expect(second.notes == [.retractedByDelete: 3])
        #expect(second.balanced)
        #expect(!types.contains("Observation") && !types.contains("Encounter") && types.contains("Patient"))
        let removed = night.payer.held.values.flatMap { $0["entity"]?.elements ?? [] }.filter {
            $0["role"] == "removal"
        }
        #expect(removed.count == 3)
    }

    @Test(
        "a payer's policy decides: only noted, or nothing at all",
        arguments: [(ExchangeTerms.Retraction.notify, [.notRetracted: 1]), (.off, [:])]
            as [(
                ExchangeTerms.Retraction, [FaultCode: Int]
            )])
    func policies(_ policy: ExchangeTerms.Retraction, notes: [FaultCode: Int]) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, retraction: policy)
        _ = try await night.run("night-1")
        Self.delete(["Observation/joe-glucose"], night)
        let second = try await night.run("night-2")
        night.clinic.put(try NamedMember.joe.clinicRecords()[2].marked)
        night.clock.advance(seconds: 86_400)
        let third = try await night.run("night-3")
        #expect(second.notes == notes)
        #expect(second.submitted.bundles == 0)
        #expect(third.notes == [:])
        #expect(Self.result(night)?["status"] == "final")
    }

    @Test("what the clinic enters in error is taken back, and sent again once it is right")
    func corrected() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        var wrong = try Resource(NamedMember.joe.observation(value: "7.20"))
        wrong.json["status"] = "entered-in-error"
        night.clock.advance(seconds: 86_400)
        night.clinic.put(wrong)
        let second = try await night.run("night-2")
        let between = Self.result(night)?["status"]
        night.clock.advance(seconds: 86_400)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "7.30")))
        let third = try await night.run("night-3")
        #expect(second.notes == [.retracted: 1])
        #expect(second.resources.leftOut == [.retracted: 1])
        #expect(second.balanced && third.balanced)
        #expect(between == "entered-in-error")
        #expect(Self.result(night)?["status"] == "final")
    }

    @Test(
        "a visit that was sent and then did not take place says so at the payer, and is sent again once it does",
        arguments: ["cancelled", "planned"])
    func didNotTakePlace(status: String) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let visit = try #require(try NamedMember.joe.clinicRecords().first { $0.type == "Encounter" })
        night.clock.advance(seconds: 86_400)
        night.clinic.put(Self.visit(visit, status))
        let second = try await night.run("night-2")
        let between = night.payer.held.values.first { $0.type == "Encounter" }
        night.clock.advance(seconds: 86_400)
        night.clinic.put(Self.visit(visit, "finished"))
        let third = try await night.run("night-3")
        let after = night.payer.held.values.first { $0.type == "Encounter" }
        #expect(between?["status"]?.string == status)
        #expect(second.notes[.retracted] == 1)
        #expect(second.balanced && third.balanced)
        #expect(after?["status"] == "finished")
    }

    private static func visit(_ visit: Resource, _ status: String) -> Resource {
        var changed = visit
        changed.json["status"] = .string(status)
        return changed
    }

    @Test("a member who withdrew consent is taken back by id alone, and never by content", arguments: [true, false])
    func withdrawn(byDeleting: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, retraction: byDeleting ? .delete : .enteredInError)
        _ = try await night.run("night-1")
        let records = try NamedMember.joe.with { $0.consent = "inactive" }
            .payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        night.payer.put(try #require(records.first { $0.type == "Consent" }))
        Self.delete(["Observation/joe-glucose"], night)
        let second = try await night.run("night-2")
        night.clock.advance(seconds: 86_400)
        let third = try await night.run("night-3")
        #expect(second.notes == [byDeleting ? .retractedByDelete : .notRetracted: 1])
        #expect(second.balanced && third.balanced)
        #expect((Self.result(night) == nil) == byDeleting)
        #expect(third.submitted.bundles == 0)
        #expect(third.exchanges.withheld[.consentDenied] == 1)
    }

    @Test("what was labelled since is not told again, whatever is wrong with it")
    func labelled() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)
        night.clinic.put(try NamedMember.joe.with { $0.visitLabels = ["PSY"] }.clinicRecords()[1])
        Self.delete(["Observation/joe-glucose"], night)
        let second = try await night.run("night-2")
        #expect(second.notes == [.notRetracted: 1])
        #expect(second.balanced)
    }

    @Test("an answer that is lost, and a run that breaks off in between, take back once", arguments: [true, false])
    func interrupted(loses: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        Self.delete(["Observation/joe-glucose"], night)
        let run = night.firing("night-2")
        if loses {
            night.payer.reply(.loseAnswer)
        } else {
            night.payer.reply(.fail(Fault(.authTokenRefused, .halt, "the key is refused")))
            await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        }
        night.clock.advance(seconds: 60)
        let report = try await night.pipeline.run(run)
        #expect(report.notes == [.retracted: 1])
        #expect(Self.result(night)?["status"] == "entered-in-error")
        #expect(night.payer.held.values.count { $0["activity"] != nil } == 1)
        #expect(Set(night.payer.received).count == 2)
    }

    @Test(
        "what a whole pull no longer has is asked for by id before it is taken for deleted", arguments: [true, false],
        ["med0-members", nil])
    func reconciled(byExport: Bool, group: String?) async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, by: byExport ? .bulkExport : .rosterSearch, group: group, since: .all)
        night.clinic.rewrite { $0.systemOperations = ["export"] }
        _ = try await night.run("night-1")
        night.clinic.remove("Observation", "joe-glucose")
        night.clock.advance(seconds: 86_400)
        let second = try await night.run("night-2")
        #expect(second.notes == [.retracted: 1])
        #expect(night.clinic.requests.count { $0 == "read Observation" } == 2)
        #expect(Self.result(night)?["status"] == "entered-in-error")
    }

    @Test(
        "what the run of another payer's job forgot is taken back from this payer all the same",
        arguments: [true, false])
    func forgottenByAnother(isInRoster: Bool) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let key = night.identities.key(source: "clinic0", type: "Observation", id: "joe-glucose")
        let stager = Stager(source: "clinic0", base: night.pipeline.terms.clinic.base, identities: night.identities)
        let other = Run(
            id: "other", job: "other", trigger: .manual, clinic: "clinic0", payer: "med1", instant: night.clock.now())
        try await night.store.write { writer in
            try writer.open(other)
            try Deletion(payer: "med1", run: "other", stager: stager).delete([key], at: other.instant, writer)
        }
        #expect(try await night.store.read { try $0.roster(run: "other", after: nil, limit: 9) } == [])
        Self.delete(["Observation/joe-glucose"], night)
        if !isInRoster { night.clinic.put(try night.group(of: [.ada])) }
        night.clock.advance(seconds: 86_400)

        let second = try await night.run("night-2")

        #expect(second.notes == [.retracted: 1])
        let states = night.payer.held.values.filter { $0.type == "Observation" }.map { $0["status"]?.string ?? "" }
        #expect(states.sorted() == ["entered-in-error", "final"])
    }

    @Test("what a filter lets through and is gone is found all the same")
    func filtered() async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, by: .bulkExport, typeFilters: ["Observation?category=laboratory"],
            since: .all)
        _ = try await night.run("night-1")
        night.clinic.remove("Observation", "joe-glucose")
        night.clock.advance(seconds: 86_400)
        #expect(try await night.run("night-2").notes == [.retracted: 1])
    }

    @Test("what a whole export leaves out by the job's wish, or had another way, is not missing from it")
    func leftOutByWish() async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, by: .bulkExport, typeFilters: ["Observation?category=vital-signs"])
        night.clinic.rewrite {
            $0.listsConsent = true
            $0.droppedParameters = [.alongside]
            $0.unexportedTypes = ["Observation"]
        }
        night.clinic.put(
            try Resource([
                "resourceType": "Consent", "id": "c", "status": "inactive", "patient": ["reference": "Patient/joe"],
            ]))
        var careful = night.pipeline
        careful.mostMissing = 0
        _ = try await careful.request(member: "joe", run: night.firing("request"))
        night.clock.advance(seconds: 3600)

        let report = try await careful.run(night.firing("night-1"))

        #expect(report.problems == [:])
        #expect(report.state == .complete)
        #expect(!night.clinic.requests.contains("read Observation"))
    }

    @Test(
        "an export that was broken off and gone on with proves nothing missing: the next run exports everything again")
    func resumedExport() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        night.clinic.remove("Observation", "joe-glucose")
        night.clock.advance(seconds: 8 * 86_400)
        night.clinic.rewrite { $0.outages = ["Patient": 1] }
        await #expect(throws: Fault.self) { _ = try await night.run("night-2") }
        let resumed = try await night.run("night-2")
        #expect(resumed.notes == [:])
        night.clock.advance(seconds: 86_400)
        let third = try await night.run("night-3")
        #expect(night.clinic.exportedSince == [nil, nil, nil])
        #expect(third.notes == [.retracted: 1])
    }

    @Test(
        "more missing than may be is a problem of the run, taken for deleted by none, and again until an operator says so",
        arguments: [true, false])
    func manyMissing(byExport: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: byExport ? .bulkExport : .rosterSearch)
        _ = try await night.run("night-1")
        night.clinic.remove("Observation", "joe-glucose")
        var careful = night.pipeline
        careful.mostMissing = 0
        var reports: [RunReport] = []
        for (name, days) in [("night-2", 8), ("night-3", 1)] {
            night.clock.advance(seconds: Double(days) * 86_400)
            reports.append(try await careful.run(night.firing(name)))
        }
        let held = Self.result(night)?["status"]
        night.clock.advance(seconds: 86_400)
        let told = try await night.run("night-4")

        #expect(reports.map(\.problems) == [[.clinicManyMissing: 1], [.clinicManyMissing: 1]])
        #expect(reports.map(\.state) == [.partial, .partial])
        #expect(held == "final")
        #expect(told.problems == [:])
        #expect(Self.result(night)?["status"] == "entered-in-error")
    }

    @Test(
        "as many as a thousand may be missing at once, one more may not, and all are taken back when an operator says so"
    )
    func thousandMissing() async throws {
        let results = try (0...1000).map { try NamedMember.joe.result("joe-glucose-\($0)") }
        let night = try Night([.joe], mappings: usCoreMappings, also: results, maxEntries: 2000, by: .rosterSearch)
        _ = try await night.run("night-1")
        for result in results { night.clinic.remove("Observation", result.id ?? "") }
        night.clock.advance(seconds: 8 * 86_400)

        let refused = try await night.run("night-2")
        let held = Self.statuses(night)
        var told = night.pipeline
        told.mostMissing = 1001
        night.clock.advance(seconds: 86_400)
        let obeyed = try await told.run(night.firing("night-3"))

        #expect(night.pipeline.mostMissing == 1000)
        #expect(refused.state == .partial && refused.problems == [.clinicManyMissing: 1])
        #expect(refused.notes == [:] && held == ["final": 1002])
        #expect(obeyed.state == .complete && obeyed.problems == [:])
        #expect(obeyed.notes == [.retracted: 1001] && obeyed.balanced)
        #expect(Self.statuses(night) == ["final": 1, "entered-in-error": 1001])
    }

    @Test(
        "what an export tells as deleted is believed, however much it is, and taken back in as many bundles as it needs"
    )
    func manyTold() async throws {
        let results = try (0..<1200).map { try NamedMember.joe.result("joe-glucose-\($0)") }
        let night = try Night([.joe], mappings: usCoreMappings, also: results, maxEntries: 500)
        _ = try await night.run("night-1")
        let held = Self.statuses(night)
        Self.delete(results.map { "Observation/\($0.id ?? "")" }, night)

        let told = try await night.run("night-2")
        night.clock.advance(seconds: 86_400)
        let third = try await night.run("night-3")
        let sizes = try night.payer.received.map { try FHIRBundle(JSONParser.parse($0)).entries.count }

        #expect(night.pipeline.mostMissing < results.count && held == ["final": 1201])
        #expect(told.state == .complete && told.problems == [:])
        #expect(told.notes == [.retracted: 1200] && told.balanced)
        #expect(told.submitted.bundles == 3)
        #expect(sizes.allSatisfy { $0 <= 500 })
        #expect(Self.statuses(night) == ["final": 1, "entered-in-error": 1200])
        #expect(third.submitted.bundles == 0 && third.notes == [:])
    }

    @Test("what may not be read is not taken for deleted")
    func unreadable() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch, since: .all)
        _ = try await night.run("night-1")
        night.clinic.remove("Observation", "joe-glucose")
        night.clinic.rewrite { $0.refusedReads = ["Observation": .authForbidden] }
        night.clock.advance(seconds: 86_400)
        let second = try await night.run("night-2")
        #expect(second.notes == [:])
        #expect(second.exchanges.unchanged == 1)
    }

    @Test("odd entries among an export's deletions are counted, and those beside them are heeded")
    func odd() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        Self.delete(
            [
                "Observation?identifier=7", "https://elsewhere.example/Observation/1", "Observation/joe-glucose",
            ], night)
        let second = try await night.run("night-2")
        #expect(second.problems == [.clinicOddDeletion: 2])
        #expect(second.state == .partial)
        #expect(second.notes == [.retracted: 1])
    }

    private static func delete(_ urls: [String], _ night: Night) {
        night.clock.advance(seconds: 86_400)
        for url in urls {
            let parts = url.split(separator: "/").map(String.init)
            if parts.count == 2 { night.clinic.remove(parts[0], parts[1]) }
        }
        let entries = urls.map { #"{"request":{"method":"DELETE","url":"\#($0)"}}"# }.joined(separator: ",")
        night.clinic.rewrite {
            $0.deletedLines = [#"{"resourceType":"Bundle","type":"transaction","entry":[\#(entries)]}"#]
        }
    }

    /// How many results the payer holds, by status.
    private static func statuses(_ night: Night) -> [String: Int] {
        night.payer.held.values.filter { $0.type == "Observation" }
            .reduce(into: [:]) { $0[$1["status"]?.string ?? "", default: 0] += 1 }
    }

    private static func result(_ night: Night) -> Resource? {
        night.payer.held.values.first { $0.type == "Observation" }
    }
}

extension Resource {
    /// With a changed word, so that the member is examined again.
    fileprivate var marked: Resource {
        var copy = self
        copy.json["language"] = "en"
        return copy
    }
}

extension NamedMember {
    /// A laboratory result of the visit under another id.
    fileprivate func result(_ id: String) throws -> Resource {
        try Resource(observation(value: "7.20").named(id))
    }
}
