import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("Whom a run is about")
struct EnrolmentTests {
    @Test("a Group without a list of members is told by its export, and nobody else is enrolled")
    func definitional() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.pipeline.request(member: "ada", run: night.firing("request-1"))
        night.clinic.put(try Resource(["resourceType": "Group", "id": "med0-members"]))
        night.clinic.rewrite { $0.unexported = ["ada"] }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(try await roster(night, "night-1") == ["joe"])
        #expect(report.exchanges.acknowledged == 1)
    }

    @Test("whoever is asked for first while the payer's records are young is recognised, too")
    func young() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        for patient in ["joe", "ada"] {
            let report = try await night.pipeline.request(member: patient, run: night.firing("request-" + patient))
            #expect(report.exchanges.acknowledged == 1)
            night.clock.advance(seconds: 10)
        }
    }

    @Test("a Group that may not be read is told by its export", arguments: [FaultCode.authForbidden, .remoteRefused])
    func unreadable(code: FaultCode) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.clinic.rewrite { $0.refusedReads = ["Group": code] }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 2)
    }

    @Test("what changed of a patient whose Patient did not change enrols the patient, too")
    func changedOnly() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.clinic.rewrite { $0.refusedReads = ["Group": .authForbidden] }
        night.clock.advance(seconds: 60)
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "6.10")))

        let report = try await night.run("night-2")

        #expect(report.exchanges.acknowledged == 1)
        #expect(report.exchanges.unchanged == 1)
        #expect(try await roster(night, "night-2") == ["ada", "joe"])
    }

    @Test("of a Group that tells nobody, who changes is not taken for new, and who does not is looked at")
    func toldByChanges() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.clinic.rewrite { $0.refusedReads = ["Group": .authForbidden] }
        night.clock.advance(seconds: 60)
        _ = try await night.run("night-1")
        for (number, value) in ["6.10", "6.20", "6.30"].enumerated() {
            night.clock.advance(seconds: 86_400)
            let who: NamedMember = number == 1 ? .ada : .joe
            night.clinic.put(try Resource(who.observation(value: value)))
            _ = try await night.run("night-\(number + 2)")
        }
        #expect(!night.clinic.requests.contains { $0.hasPrefix("search Encounter") })

        night.payer.remove("Consent", "consent-joe")
        night.clock.advance(seconds: 86_400)
        let report = try await night.run("night-5")

        #expect(report.exchanges.withheld == [.consentMissing: 1])
        #expect(report.exchanges.unchanged == 1)
    }

    @Test("who joins a Group that tells nobody is fetched whole once anything of theirs changed, and only once")
    func joinedUntold() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.refusedReads = ["Group": .authForbidden]
            $0.unexported = ["ada"]
        }
        night.clock.advance(seconds: 60)
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)
        night.clinic.rewrite { $0.unexported = [] }
        // The export of changes has this, and neither her Patient nor her visit.
        night.clinic.put(try Resource(NamedMember.ada.observation(value: "6.10")))

        let second = try await night.run("night-2")
        night.clock.advance(seconds: 86_400)
        let third = try await night.run("night-3")

        #expect(night.clinic.exportedSince.map { $0 == nil } == [true, false, false])
        #expect(second.exchanges.acknowledged == 1 && second.exchanges.unchanged == 1)
        #expect(third.exchanges.unchanged == 2)
        #expect(night.clinic.asked("Encounter").map { $0["patient"] } == ["ada"])
        #expect(night.payer.held.values.count { $0.type == "Encounter" } == 2)
    }

    @Test("the Consents that an export lacks are searched for those of the Group alone, also where it tells nobody")
    func consentsOfTheGroup() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.clinic.put(try Resource(["resourceType": "Group", "id": "med0-members"]))
        night.clinic.rewrite {
            $0.unexported = ["ada"]
            $0.listsConsent = true
            $0.droppedParameters = [.alongside]
        }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(night.clinic.asked("Consent").map { $0["patient"] } == ["joe"])
        #expect(night.clinic.asked("Patient").allSatisfy { $0["_id"] == "joe" })
    }

    @Test("a scope that is missing stops a job that names its type, and is noted for what comes along")
    func withheld() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.withheld = ["Location", "Claim"] }
        let report = try await night.run("night-1")
        night.clinic.rewrite { $0.withheld = ["Observation"] }

        let fault = await #expect(throws: Fault.self) { try await night.run("night-2") }

        #expect(report.state == .complete)
        #expect(report.notes == [.authScopeNotGranted: 1])
        #expect(night.clinic.exportRequests.first?.types.contains("Location") == false)
        #expect(fault?.code == .authScopeNotGranted)
    }

    @Test("a Group that tells nobody ends the run when there is no export of it")
    func nobody() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.put(try Resource(["resourceType": "Group", "id": "med0-members", "member": []]))

        let fault = await #expect(throws: Fault.self) { try await night.run() }

        #expect(fault?.code == .clinicGroupEmpty)
    }

    @Test("who joins the Group while its export is made is fetched whole, though the export does not hold them")
    func late() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.clinic.put(try night.group(of: [.joe]))
        night.clinic.rewrite { $0.outages = ["Patient": 1] }
        let run = night.firing("night-1")
        await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        night.clinic.put(try night.group(of: [.joe, .ada]))
        night.clinic.rewrite { $0.unexported = ["ada"] }

        let report = try await night.pipeline.run(run)

        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 2)
        #expect(night.clinic.asked("Observation").map { $0["patient"] } == ["ada"])
    }

    @Test("a job from a named instant on asks of nobody what was before it, and moves no watermark")
    func namedInstant() async throws {
        let instant = try #require(Instant("2026-05-01T00:00:00Z"))
        let night = try Night([.joe], mappings: usCoreMappings, since: .instant(instant))

        _ = try await night.run("night-1")
        _ = try await night.run("night-2")

        #expect(night.clinic.exportedSince == [instant, instant])
        #expect(!night.clinic.requests.contains { $0.hasPrefix("search") })
    }

    @Test(
        "a clinic whose clock is far ahead is asked from our time on, and it is noted",
        arguments: [ExchangeTerms.Selection.Method.bulkExport, .rosterSearch])
    func ahead(method: ExchangeTerms.Selection.Method) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: method)
        night.clinic.rewrite {
            $0.searchParameters = ["patient", "_lastUpdated"]
            $0.secondsAhead = 30 * 86_400
        }
        let first = try await night.run("night-1")
        night.clinic.rewrite { $0.secondsAhead = 0 }
        night.clock.advance(seconds: 86_400)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "6.10")))

        let second = try await night.run("night-2")

        #expect(first.notes == [.clinicClockAhead: 1])
        #expect(second.exchanges.acknowledged == 1)
    }

    @Test(
        "whom a restoration forgot is handed out in pages, each once; of whom no Patient is staged nothing can be fetched"
    )
    func forgotten() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        let (run, now, terms) = (night.firing("next"), night.clock.now(), night.pipeline.terms)
        let ids = (0..<Enrolment.peopleAtOnce + 7).map { "p\($0)" }
        var batch = StagingBatch(source: "clinic0")
        for id in ids.dropLast() {
            batch.rows.append(
                StagingBatch.Row(
                    key: night.identities.key(source: "clinic0", type: "Patient", id: id), type: "Patient", id: id,
                    versionID: nil, lastUpdated: nil, patient: nil, targets: [], contentHash: 1, range: 0..<0))
        }
        try await night.store.write { [batch] writer in
            try writer.open(run)
            _ = try writer.stage(batch)
            for id in ids {
                let exchange = Exchange(
                    id: id, job: run.job, run: run.id,
                    member: night.identities.key(source: "clinic0", type: "Patient", id: id), clinic: run.clinic,
                    payer: run.payer, state: .cancelled, reason: .storeRestored, fingerprint: 1,
                    manifest: ExchangeManifest([]), mapping: "m", created: now, updated: now)
                let entry = AuditEntry(at: now, actor: "tests", action: "exchange.cancelled", exchange: id)
                try writer.insert(exchange, audit: [entry])
            }
            try writer.record(AuditEntry(at: now, actor: "tests", action: "store.restored"))
        }
        let enrolment = Enrolment(
            terms: terms, run: run, clinic: night.clinic, store: night.store, identities: night.identities,
            tally: PullTally())

        try await enrolment.enrollForgotten()
        var pages: [[String]] = []
        try await enrolment.forEachForgotten { pages.append($0) }

        #expect(pages.count == 2)
        #expect(pages.joined().sorted() == ids.dropLast().sorted())
    }

    private func roster(_ night: Night, _ run: String) async throws -> [String] {
        try await night.store.read { reader in
            try reader.roster(run: run, after: nil, limit: 10).compactMap { try reader.staged($0)?.id }
        }
    }
}
