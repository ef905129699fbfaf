import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What visits refer to")
struct SharedResourcesTests {
    @Test("a practitioner whose search is lost is asked for again, and both patients have the practitioner")
    func lost() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.lostSearches = ["Practitioner": 1] }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(try await isStaged("Practitioner", "dr-hale", night))
    }

    @Test("patients who refer to what never comes are not whole, and the next night fetches it")
    func neverComes() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.lostSearches = ["Practitioner": 1000] }
        let first = try await night.run("night-1")
        night.clinic.rewrite { $0.lostSearches = [:] }
        night.clock.advance(seconds: 86_400)

        let second = try await night.run("night-2")

        #expect(first.problems == [.remoteTimeout: 2])
        #expect(second.state == .complete)
        #expect(try await isStaged("Practitioner", "dr-hale", night))
    }

    @Test("a patient is not whole while a practitioner could not be staged")
    func flawed() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.searchParameters = ["patient", "_lastUpdated"] }
        let subsetted = try practitioner("dr-hale", ["meta": ["tag": [["code": "SUBSETTED"]]]])
        night.clinic.put(subsetted)
        night.clock.advance(seconds: 3600)
        let first = try await night.run("night-1")
        night.clinic.put(try practitioner("dr-hale", [:]))
        night.clock.advance(seconds: 86_400)

        let second = try await night.run("night-2")

        #expect(first.problems == [.clinicSubsetted: 1])
        #expect(second.state == .complete)
        #expect(try await isStaged("Practitioner", "dr-hale", night))
    }

    @Test("ids that are refused together are read one by one")
    func readsSingly() async throws {
        let more = try practitioner("dr-wu", [:])
        let night = try Night([.joe], mappings: usCoreMappings, also: [more], by: .rosterSearch)
        night.clinic.put(try referring(to: "Practitioner/dr-wu"))
        night.clinic.rewrite { $0.mostIDs = 1 }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(try await isStaged("Practitioner", "dr-wu", night))
        #expect(try await isStaged("Practitioner", "dr-hale", night))
    }

    @Test("what separates the parts of a token is escaped where it is text")
    func escapes() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.put(try referring(to: #"Practitioner?identifier=urn:x|a\,b\|c\$d"#))

        _ = try await night.run()

        let tokens = night.clinic.asked("Practitioner").compactMap { $0["identifier"] }
        #expect(tokens == [#"urn:x|a\,b\|c\$d"#])
    }

    @Test("an export of changes fetches whom a new result names for the first time, also after a break")
    func incremental() async throws {
        let wu = try practitioner("dr-wu", [:])
        let night = try Night([.joe], mappings: usCoreMappings, also: [wu])
        night.clinic.rewrite { $0.unexported = ["dr-wu"] }
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)
        night.clinic.put(try referring(to: "Practitioner/dr-wu"))
        night.clinic.put(try practitioner("dr-hale", ["active": true]))
        night.clinic.rewrite { $0.outages = ["Practitioner": 1] }
        let run = night.firing("night-2")
        await #expect(throws: Fault.self) { try await night.pipeline.run(run) }

        let report = try await night.pipeline.run(run)

        #expect(report.state == .complete)
        #expect(try await isStaged("Practitioner", "dr-wu", night))
        #expect(night.clinic.asked("Practitioner").map { $0["_id"] } == ["dr-wu"])
    }

    @Test("a whole export that holds nobody's practitioners is followed by fetching those that visits name")
    func notExported() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .bulkExport)
        night.clinic.rewrite { $0.unexportedTypes = ["Practitioner"] }
        let report = try await night.run("night-1")
        #expect(report.state == .complete)
        #expect(try await isStaged("Practitioner", "dr-hale", night))
        #expect(night.payer.held.values.contains { $0.type == "Practitioner" })
    }

    @Test(
        "with each whole export they are fetched anew, unless they came with it: nobody else tells what changed",
        arguments: [true, false])
    func refreshed(isExported: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .bulkExport, since: .all)
        if !isExported { night.clinic.rewrite { $0.unexportedTypes = ["Practitioner"] } }
        _ = try await night.run("night-1")
        let renamed = try practitioner("dr-hale", ["active": false])
        night.clinic.put(renamed)
        night.clock.advance(seconds: 86_400)

        _ = try await night.run("night-2")

        let key = night.identities.key(source: "clinic0", type: "Practitioner", id: "dr-hale")
        #expect(try await night.store.read { try $0.staged(key) }?.bytes == renamed.serialized())
        let fetched = night.clinic.requests.contains { ["read Practitioner", "search Practitioner"].contains($0) }
        #expect(fetched != isExported)
    }

    @Test("a stamp from the future does not make the next version look old")
    func futureStamp() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.put(try practitioner("dr-hale", ["meta": ["lastUpdated": "2036-01-01T00:00:00Z"]]))
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 86_400)
        let later = try practitioner("dr-hale", ["meta": ["lastUpdated": "2026-06-01T00:00:00Z"]])
        night.clinic.put(later)

        _ = try await night.run("night-2")

        let key = night.identities.key(source: "clinic0", type: "Practitioner", id: "dr-hale")
        #expect(try await night.store.read { try $0.staged(key) }?.bytes == later.serialized())
    }

    private func practitioner(_ id: String, _ more: JSONObject) throws -> Resource {
        var json = more
        json["resourceType"] = "Practitioner"
        json["id"] = .string(id)
        json["name"] = [["family": "Hale"]]
        return try Resource(.object(json))
    }

    private func referring(to reference: String) throws -> Resource {
        try Resource([
            "resourceType": "Observation", "id": "seen", "status": "final", "subject": ["reference": "Patient/joe"],
            "performer": [["reference": .string(reference)]],
        ])
    }

    private func isStaged(_ type: String, _ id: String, _ night: Night) async throws -> Bool {
        let key = night.identities.key(source: "clinic0", type: type, id: id)
        return try await night.store.read { try $0.staged(key) } != nil
    }
}
