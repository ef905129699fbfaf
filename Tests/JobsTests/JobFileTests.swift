import DeclarativeFiles
import FHIR
import Foundation
import Jobs
import PDex
import Testing

@Suite("Job files")
struct JobFileTests {
    @Test("a job that says everything is read as it is said")
    func everything() throws {
        let job = try JobFile.parse(
            """
            job: nightly
            about: Every night.
            on:
              schedule: { cron: "15 2 * * *", zone: America/New_York, catch-up: 36h, overlap: queue, jitter: 10m }
              request: true
            from: clinic0
            to: med0
            select: { by: bulk-export, group: g-1, types: [Patient, Encounter, Provenance], since: 2026-01-31T00:00:00Z, until: 2026-03-31T00:00:00Z, type-filters: ["Encounter?class=AMB"], include-associated-data: [LatestProvenanceResources] }
            match: { by: [demographics, member-id], when-ambiguous: park }
            consent: { policy: opt-in, when-missing: withhold }
            map: us-core-6.1.0
            deliver: { as: batch, max-entries: 50, max-size: 1MiB, rate: 30/m }
            retry: { attempts: 3, from: 1m, to: 4h, then: park }
            """, path: "jobs/nightly.yaml")
        let zone = try #require(TimeZone(identifier: "America/New_York"))
        let since = try #require(Instant("2026-01-31T00:00:00Z"))
        #expect(
            job
                == Job(
                    name: "nightly", about: "Every night.",
                    schedule: Schedule(
                        cron: try CronExpression("15 2 * * *"), zone: zone, catchUp: .seconds(129_600),
                        overlap: .queue, jitter: .seconds(600)),
                    allowsRequests: true, clinic: "clinic0", payer: "med0",
                    selection: .init(
                        method: .bulkExport, group: "g-1", types: ["Patient", "Encounter", "Provenance"],
                        since: .instant(since), typeFilters: ["Encounter?class=AMB"],
                        until: Instant("2026-03-31T00:00:00Z"), associatedData: ["LatestProvenanceResources"]),
                    matchBy: [.demographics, .memberID], consentPolicy: .optIn, mappings: "us-core-6.1.0",
                    delivery: .init(kind: .batch, maxEntries: 50, maxBytes: 1_048_576, perSecond: 0.5),
                    retry: RetryPolicy(attempts: 3, firstSeconds: 60, longestSeconds: 14_400)))
    }

    @Test("a job that says the least has the defaults of the reference")
    func defaults() throws {
        let job = try JobFile.parse(
            """
            job: least
            on: { schedule: { cron: "@daily" } }
            from: clinic0
            to: med0
            select: { types: [Patient] }
            map: us-core-6.1.0
            """, path: "least.yaml")
        #expect(
            job
                == Job(
                    name: "least", about: "",
                    schedule: Schedule(
                        cron: try CronExpression("@daily"), zone: .gmt, catchUp: .seconds(86_400), overlap: .skip),
                    allowsRequests: false, clinic: "clinic0", payer: "med0",
                    selection: .init(method: .auto, group: nil, types: ["Patient"], since: .lastSuccess),
                    matchBy: [.memberID, .subscriberID], mappings: "us-core-6.1.0",
                    delivery: .init(kind: .transaction, maxEntries: 200, maxBytes: 5_000_000, perSecond: nil),
                    retry: RetryPolicy(attempts: 12, firstSeconds: 30, longestSeconds: 7200)))
    }

    @Test("one filter and one kind of associated data need no list")
    func listsOfOne() throws {
        let one =
            "{ types: [Patient, Provenance], type-filters: Patient?active=true, include-associated-data: LatestProvenanceResources }"
        let job = try JobFile.parse(
            WrongJob.sound.replacing("{ types: [Patient] }", with: one), path: "jobs/j.yaml")
        #expect(job.selection.typeFilters == ["Patient?active=true"])
        #expect(job.selection.associatedData == ["LatestProvenanceResources"])
    }

    @Test("the terms of a job carry what it says and what pdex.yaml knows")
    func terms() throws {
        let job = try JobFile.parse(WrongJob.sound, path: "jobs/j.yaml")
        let clinic = Party(
            name: "clinic0", base: "https://clinic0.example/fhir", npi: "1", organization: "Clinic0",
            identifierSystem: "urn:c")
        let payer = Party(
            name: "med0", base: "https://med0.example/fhir", npi: "2", organization: "Med0", identifierSystem: "urn:p")
        let terms = job.terms(clinic: clinic, payer: payer, coverage: .fhir, consent: .file("c.ndjson"), concurrency: 3)
        #expect(terms.job == "j")
        #expect(terms.payer == payer)
        #expect(terms.selection == job.selection)
        #expect(terms.consent == .file("c.ndjson"))
        #expect(
            terms.delivery
                == .init(kind: .transaction, maxEntries: 200, maxBytes: 5_000_000, perSecond: nil, concurrency: 3))
    }

    @Test("what is wrong is said with its place", arguments: WrongJob.all)
    func wrong(job: WrongJob) {
        let error = #expect(throws: FileDiagnostics.self) { try JobFile.parse(job.text, path: "jobs/j.yaml") }
        #expect(error?.description == job.expected)
    }

    @Test("every key that is needed is asked for at once")
    func missingKeys() {
        let error = #expect(throws: FileDiagnostics.self) { try JobFile.parse("about: x", path: "jobs/j.yaml") }
        #expect(
            error?.description == """
                jobs/j.yaml:1:1: a job needs the key 'from'
                jobs/j.yaml:1:1: a job needs the key 'job'
                jobs/j.yaml:1:1: a job needs the key 'map'
                jobs/j.yaml:1:1: a job needs the key 'on'
                jobs/j.yaml:1:1: a job needs the key 'select'
                jobs/j.yaml:1:1: a job needs the key 'to'
                """)
    }

    @Test("a folder of jobs is read by name, or all that is wrong in any of them is said at once")
    func folder() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "jobs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        try write("j.yaml", WrongJob.sound)
        try write("a.yaml", WrongJob.sound.replacing("job: j\n", with: "job: a\n"))
        try write("README.md", "# Jobs")
        try write(".hidden.yaml", "no job")
        #expect(try JobFile.loadFolder(path: folder.path).map(\.name) == ["a", "j"])

        try write("b.yaml", WrongJob.sound.replacing("map:", with: "mpa:"))
        try write("c.yml", WrongJob.sound)
        let error = #expect(throws: FileDiagnostics.self) { try JobFile.loadFolder(path: folder.path) }
        #expect(
            error?.all.map { $0.description.replacing(folder.path + "/", with: "") } == [
                "b.yaml:1:1: a job needs the key 'map'",
                "b.yaml:1:6: the job 'j' must stand in j.yaml, not in b.yaml",
                "b.yaml:6:1: unknown key 'mpa' in a job — did you mean 'map'?",
                "c.yml: job files end in .yaml; rename this one",
            ])
    }

    @Test("a folder that is not there is named")
    func missingFolder() {
        let error = #expect(throws: FileDiagnostics.self) { try JobFile.loadFolder(path: "no/such/jobs") }
        #expect(error?.description == "no/such/jobs: there is no such folder, or it cannot be read")
    }

    @Test("the jobs that come with the project are sound")
    func ownJobs() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let jobs = try JobFile.loadFolder(path: root.appending(path: "jobs").path)
        #expect(jobs.map(\.name).contains("nightly-payer-sync"))
        let request = try #require(jobs.first { $0.name == "member-data-request" })
        #expect(request.schedule == nil)
        #expect(request.allowsRequests)
    }
}
