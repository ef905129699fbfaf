import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Clinics that make it difficult")
struct DifficultClinicTests {
    @Test("a clinic that wants a category with the patient is asked again with all of them, and from then on at once")
    func demands() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.demands = ["Observation": "category"] }
        let report = try await night.run()
        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 2)
        #expect(night.payer.held.values.count { $0.type == "Observation" } == 2)
        #expect(report.notes == [.clinicSearchNarrowed: 2])
    }

    @Test("what was searched by all values is searched for whole again: the list may not be complete")
    func demandsAgain() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite {
            $0.searchParameters = ["patient", "_lastUpdated"]
            $0.demands = ["Observation": "status"]
        }
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)

        let report = try await night.run("night-2")

        let said = night.clinic.asked("Observation").map { [$0["category"], $0["status"]].map { $0 != nil } }
        #expect(
            said == [[false, false], [true, false], [false, true], [false, false], [true, false], [false, true]])
        #expect(night.clinic.asked("Observation").allSatisfy { $0["_lastUpdated"] == nil })
        #expect(report.state == .complete)
    }

    @Test("a search that is refused for asking what is new is made without that")
    func refusesNarrowing() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite {
            $0.searchParameters = ["patient", "_lastUpdated"]
            $0.refusedParameters = ["_lastUpdated"]
        }
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)

        let report = try await night.run("night-2")

        #expect(report.state == .complete)
        let since = night.clinic.asked("Observation").map { $0["_lastUpdated"] != nil }
        #expect(since == [false, true, false])
    }

    @Test("a search whose pages are too large is made with fewer resources a page, down to one", arguments: [20, 1, 0])
    func largePages(most: Int) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.mostAPage = most }

        let report = try await night.run()

        let counts = night.clinic.asked("Patient").compactMap { $0["_count"] }
        #expect(Set(counts) == (most == 20 ? ["200", "20"] : ["200", "20", "2", "1"]))
        #expect(report.exchanges.acknowledged == (most == 0 ? 0 : 2))
        #expect((report.problems[.remoteTooLarge] == nil) == (most > 0))
    }

    @Test("matches of somebody who was not asked for are counted and not staged")
    func otherPatients() async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: NamedMember.ada.clinicRecords(), by: .rosterSearch)
        night.clinic.rewrite { $0.ignored = ["patient"] }

        let report = try await night.run()

        let ada = night.identities.key(source: "clinic0", type: "Patient", id: "ada")
        #expect(report.problems == [.clinicOtherPatient: 3])
        #expect(report.exchanges.acknowledged == 1)
        #expect(try await night.store.read { try $0.outsideRoster(of: "night-1", source: "clinic0") }.others == 0)
        #expect(try await night.store.read { try $0.patients(ofSource: "clinic0", after: nil, limit: 9) } != [ada])
    }

    @Test(
        "a type that is refused makes the run partial, is counted for each patient, and costs no other type",
        arguments: [
            FaultCode.authForbidden, .remoteRefused, .clinicCapability,
        ])
    func refusesType(code: FaultCode) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.refusals = ["Observation": code] }
        let report = try await night.run()
        #expect(report.state == .partial)
        #expect(report.problems == [code: 2])
        #expect(report.exchanges.acknowledged == 2)
        #expect(night.payer.held.values.contains { $0.type == "Condition" })
    }

    @Test("what a refused type would have given is fetched once it is allowed")
    func refusedThenAllowed() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite {
            $0.searchParameters = ["patient", "_lastUpdated"]
            $0.refusals = ["Observation": .authForbidden]
        }
        _ = try await night.run("night-1")
        night.clinic.rewrite { $0.refusals = [:] }
        night.clock.advance(seconds: 86_400)
        let report = try await night.run("night-2")
        #expect(report.state == .complete)
        #expect(night.payer.held.values.contains { $0.type == "Observation" })
    }

    @Test("by date, what was done within three days before is asked for again")
    func byDate() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.searchParameters = ["patient", "date"] }
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-2")
        #expect(night.clinic.asked("Observation").last?["date"] == "ge2026-05-29T02:15:00.000Z")
    }

    @Test("everything is fetched again after a week, whatever the searches can do")
    func reconciles() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.searchParameters = ["patient", "_lastUpdated"] }
        for name in ["night-1", "night-2"] {
            _ = try await night.run(name)
            night.clock.advance(seconds: 4 * 86_400)
        }
        _ = try await night.run("night-3")
        let since = night.clinic.asked("Observation").map { $0["_lastUpdated"] != nil }
        #expect(since == [false, true, false])
    }

    @Test("everything is exported again after a week")
    func exportsAgain() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        for name in ["night-1", "night-2", "night-3"] {
            _ = try await night.run(name)
            night.clock.advance(seconds: 4 * 86_400)
        }
        #expect(night.clinic.exportedSince.map { $0 == nil } == [true, false, true])
    }

    @Test("one operation stages for a member what searches do, byte for byte")
    func everything() async throws {
        let searched = try Night([.joe], mappings: usCoreMappings)
        let whole = try Night([.joe], mappings: usCoreMappings)
        whole.clinic.rewrite { $0.offersEverything = true }
        _ = try await searched.pipeline.request(member: "joe", run: searched.firing("request-1"))
        _ = try await whole.pipeline.request(member: "joe", run: whole.firing("request-1"))
        let (left, right) = (try await staged(searched), try await staged(whole))
        #expect(left == right)
        #expect(left.count == 5)
        #expect(whole.clinic.requests.contains("search Patient/joe/$everything"))
    }

    @Test("one operation is kept to the job's types and to what changed; who did not change is searched")
    func everythingNarrowed() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.offersEverything = true }
        night.clock.advance(seconds: 3600)
        let since = night.clock.now()
        night.clock.advance(seconds: 3600)
        let late: JSONValue = [
            "resourceType": "Observation", "id": "late", "status": "final", "code": ["text": "Late"],
            "subject": ["reference": "Patient/joe"],
        ]
        night.clinic.put(try Resource(late))
        _ = try await night.pipeline.request(member: "joe", since: since, run: night.firing("request-1"))
        let asked = try #require(night.clinic.asked("Patient/joe/$everything").first)
        #expect(asked["_since"] == since.text)
        #expect(asked["_type"]?.split(separator: ",").contains("Observation") == true)
        #expect(asked["_type"]?.split(separator: ",").contains("Claim") == false)
        let types = try await staged(night).values.map { try Resource(parsing: $0).type }
        #expect(types.sorted() == ["Observation", "Patient"])
        #expect(night.clinic.asked("Patient").count == 1)
    }

    @Test("an operation that will not be narrowed is asked for everything, once", arguments: ["_type", "_since"])
    func everythingWide(refused: String) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.offersEverything = true
            $0.refusedParameters = [refused]
        }
        let long = night.clock.now().adding(milliseconds: -1000)
        let report = try await night.pipeline.request(member: "joe", since: long, run: night.firing("request-1"))
        #expect(report.exchanges.acknowledged == 1)
        #expect(night.clinic.asked("Patient/joe/$everything").map(\.count) == [3, 1])
        #expect(night.clinic.asked("Observation").isEmpty)
    }

    @Test("an operation that is offered and refused is made up for by searches")
    func everythingRefused() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.offersEverything = true
            $0.refusals = ["Patient/joe/$everything": .remoteRefused]
        }
        let report = try await night.pipeline.request(member: "joe", run: night.firing("request-1"))
        #expect(report.exchanges.acknowledged == 1)
    }

    @Test("what the operation gives beyond the job is not staged")
    func onlyWanted() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.offersEverything = true }
        let claim: JSONValue = [
            "resourceType": "Claim", "id": "bill", "patient": ["reference": "Patient/joe"],
        ]
        night.clinic.put(try Resource(claim))
        _ = try await night.pipeline.request(member: "joe", run: night.firing("request-1"))
        let claims = try await night.store.read {
            try $0.keys(ofSource: "clinic0", type: "Claim", after: nil, limit: 10)
        }
        #expect(claims.isEmpty)
    }

    @Test(
        "a practitioner who is not there is noted; the visit goes on, and the run is complete",
        arguments: [true, false])
    func missingPractitioner(searchesByID: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.remove("Practitioner", "dr-hale")
        night.clinic.rewrite { $0.sharedParameters = searchesByID ? ["_id"] : ["name"] }
        let report = try await night.run()
        #expect(report.state == .complete)
        #expect(report.notes == [.clinicReferenceMissing: 1])
        #expect(report.exchanges.acknowledged == 1)
    }

    @Test("a practitioner is read where no search by id is offered, once a run")
    func reads() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.sharedParameters = ["name"] }
        _ = try await night.run()
        #expect(night.clinic.requests.count { $0 == "read Practitioner" } == 1)
        #expect(night.payer.held.values.contains { $0.type == "Practitioner" })
    }

    private func staged(_ night: Night) async throws -> [ResourceKey: [UInt8]] {
        try await night.store.read { reader in
            var found: [ResourceKey: [UInt8]] = [:]
            for type in ["Patient", "Encounter", "Condition", "Observation", "Practitioner"] {
                for key in try reader.keys(ofSource: "clinic0", type: type, after: nil, limit: 100) {
                    found[key] = try reader.staged(key)?.bytes
                }
            }
            return found
        }
    }
}
