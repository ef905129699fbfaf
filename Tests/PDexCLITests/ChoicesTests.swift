import ArgumentParser
import Jobs
import PDex
import Pipeline
import Testing

@testable import PDexCLI

@Suite("What commands choose by themselves")
struct ChoicesTests {
    private static func job(_ name: String, requests: Bool, cron: String?) throws -> Job {
        let schedule = cron.map { ", schedule: { cron: \"\($0)\", zone: UTC }" } ?? ""
        return try JobFile.parse(
            """
            job: \(name)
            on: { request: \(requests)\(schedule) }
            from: clinic0
            to: med0
            select: { by: auto, types: [Patient], since: all }
            map: us-core-6.1.0
            """, path: "\(name).yaml")
    }

    @Test("a request goes by the job that is there for requests, or by the one that is named")
    func request() throws {
        let nightly = try Self.job("nightly", requests: true, cron: "15 2 * * *")
        let asked = try Self.job("asked", requests: true, cron: nil)

        #expect(try RequestJobs([nightly, asked]).job(nil) == asked)
        #expect(try RequestJobs([nightly]).job(nil) == nightly)
        #expect(try RequestJobs([nightly, asked]).job("nightly") == nightly)
    }

    @Test("a request is refused when no job, or more than one, would do it")
    func noRequest() throws {
        let closed = try Self.job("closed", requests: false, cron: "15 2 * * *")
        let one = try Self.job("one", requests: true, cron: nil)
        let two = try Self.job("two", requests: true, cron: nil)

        for (name, jobs) in [(nil, [closed]), (nil, [one, two]), ("closed", [closed])] as [(String?, [Job])] {
            #expect(throws: Fault.self) { try RequestJobs(jobs).job(name) }
        }
    }

    @Test("the zone of a schedule is shown as it is written")
    func zone() throws {
        #expect(try Self.job("nightly", requests: false, cron: "15 2 * * *").schedule?.zoneName == "UTC")
    }

    @Test("a command to type next works on the same configuration")
    func next() throws {
        let named = try ConfigurationOptions.parse(["--config", "a b.yaml"]).command("doctor")
        let plain = try ConfigurationOptions.parse([]).command("doctor")

        #expect(named == ProgramName.current.text + " doctor --config 'a b.yaml'")
        #expect(plain == ProgramName.current.text + " doctor")
    }

    @Test("a Group is taken by its id, and as the command before names it", arguments: ["g-1", "Group/g-1"])
    func group(word: String) throws {
        let fetch = try MembersFetchCommand.parse([word, "--into", "./from-med0", "--for", "provider-snapshot"])
        #expect(fetch.groupID == "g-1")
    }

    @Test("a replay is partial as soon as one exchange could not be replayed")
    func replay() {
        #expect(ReplayCommand.status(of: []) == .success)
        let preview = ReplayPreview(state: .queued, added: 2, bundles: 1)

        #expect(ReplayCommand.status(of: [.eligible("a", preview), .waiting("c")]) == .success)
        #expect(ReplayCommand.status(of: [.eligible("a", preview), .refused("b", "why")]) == .partial)
    }

    @Test(
        "a share is a part of all, in per cent or not",
        arguments: [("5%", 0.05), ("0.05", 0.05), ("0", 0), ("100%", 1)])
    func share(text: String, fraction: Double) {
        #expect(Share(argument: text)?.fraction == fraction)
    }

    @Test("anything else is no share", arguments: ["", "%", "-1%", "101%", "nan", "inf", "five"])
    func noShare(_ text: String) {
        #expect(Share(argument: text) == nil)
    }
}
