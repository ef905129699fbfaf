import Foundation
import Jobs
import PDex
import Testing

@testable import PDexCLI

@Suite("Jobs and the servers they name")
struct JobFolderTests {
    private static func job(to payer: String) -> String {
        """
        job: nightly
        on: { request: true }
        from: clinic0
        to: \(payer)
        select: { by: auto, types: [Patient], since: all }
        map: us-core-6.1.0
        """
    }

    @Test("a job between configured servers is loaded, and found by its name")
    func loads() throws {
        try inFolder(job: Self.job(to: "med0")) { configuration in
            let jobs = try JobFolder.load(configuration)

            #expect(try JobFolder.job("nightly", among: jobs).payer == "med0")
        }
    }

    @Test("a payer that is not configured is named, with the one that was probably meant")
    func unknownPayer() throws {
        try inFolder(job: Self.job(to: "med1")) { configuration in
            let fault = try #require(throws: Fault.self) { try JobFolder.load(configuration) }

            #expect(fault.code == .jobInvalid)
            #expect(
                fault.message.hasSuffix(
                    "nightly.yaml: there is no payer 'med1' in the configuration; it has: med0 — did you mean 'med0'?"))
        }
    }

    @Test("a job that is not there is refused, with the one that was probably meant")
    func unknownJob() throws {
        try inFolder(job: Self.job(to: "med0")) { configuration in
            let jobs = try JobFolder.load(configuration)
            let fault = try #require(throws: Fault.self) { try JobFolder.job("nightyl", among: jobs) }

            #expect(fault.code == .jobUnknown)
            #expect(fault.message == "There is no job 'nightyl' — did you mean 'nightly'?")
        }
    }

    @Test("a job that counts on another consent policy than the payer has is refused")
    func anotherPolicy() throws {
        try inFolder(job: Self.job(to: "med0") + "\nconsent: { policy: opt-out }") { configuration in
            let fault = try #require(throws: Fault.self) { try JobFolder.load(configuration) }

            #expect(fault.message.contains("counts on the consent policy opt-out, but med0 has opt-in"))
        }
    }

    @Test("a job that recognises by record numbers alone needs to be told whose they are")
    func undeclaredNumbers() throws {
        try inFolder(job: Self.job(to: "med0") + "\nmatch: { by: [record-number] }") { configuration in
            let fault = try #require(throws: Fault.self) { try JobFolder.load(configuration) }

            #expect(fault.code == .jobInvalid)
            #expect(
                fault.message.contains("by record-number alone, and 'match' of med0 in the configuration has neither"))
        }
    }

    @Test("jobs that share an outbox say the same of what the payer takes")
    func anotherDelivery() throws {
        let other = Self.job(to: "med0").replacing("job: nightly", with: "job: weekly") + "\ndeliver: { as: put }"
        try inFolder(job: Self.job(to: "med0"), and: ["weekly": other]) { configuration in
            let fault = try #require(throws: Fault.self) { try JobFolder.load(configuration) }

            #expect(fault.code == .jobInvalid)
            #expect(fault.message.contains("weekly.yaml: the job delivers as put, and nightly"))
            #expect(fault.message.contains("as transaction: they share an outbox"))
        }
    }

    @Test("a job that leaves files needs a folder of its payer")
    func withoutFolder() throws {
        try inFolder(job: Self.job(to: "med0") + "\ndeliver: { as: file-drop }") { configuration in
            let fault = try #require(throws: Fault.self) { try JobFolder.load(configuration) }

            #expect(fault.code == .jobInvalid)
            #expect(fault.message.contains("delivers as file-drop, but med0 has no 'drop-folder'"))
        }
    }

    @Test("a job whose files are fetched needs a submitter at its payer, and a place for the files")
    func withoutFiles() throws {
        try inFolder(job: Self.job(to: "med0") + "\ndeliver: { as: bulk-submit }") { configuration in
            let fault = try #require(throws: Fault.self) { try JobFolder.load(configuration) }

            #expect(fault.code == .jobInvalid)
            #expect(fault.message.contains("delivers as bulk-submit, but med0 has no 'submitter'"))
            #expect(fault.message.contains("delivers as bulk-submit, but there is no 'files'"))
        }
    }

    private func inFolder(
        job: String, and others: [String: String] = [:], _ body: (Configuration) throws -> Void
    ) throws {
        let path = FileManager.default.temporaryDirectory.path + "/pdex-jobs-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path + "/jobs", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try job.write(toFile: path + "/jobs/nightly.yaml", atomically: true, encoding: .utf8)
        for (name, text) in others {
            try text.write(toFile: path + "/jobs/\(name).yaml", atomically: true, encoding: .utf8)
        }
        try body(try ConfigurationFile.parse(ConfigurationTests.whole, path: path + "/pdex.yaml"))
    }
}
