import FHIR
import Foundation
import Jobs
import PDex
import Pipeline
import Sandbox
import Testing

@testable import PDexCLI

@Suite("A deletion on its way from one sandbox server to the other", .serialized)
struct RetractionNightTests {
    @Test("a result that Clinic0 deletes is marked at Med0 by the next run, killed in between or not, and once")
    func deleted() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(data: nil, in: place + "/night") { night in
                _ = try await night.operations.run(job: SandboxNight.job)
                let ids = night.sentIDs().filter { $0.hasPrefix("Observation/") }.prefix(2)
                    .map { String($0.dropFirst("Observation/".count)) }
                for id in ids { night.sandbox.deleteAtClinic("Observation", id) }
                try await Self.runAndKill(night)
                _ = try await night.operations.run(job: SandboxNight.job)
                let requests = night.sandbox.payerRequests()["POST /", default: 0]
                let again = try await night.operations.run(job: SandboxNight.job)
                let held = night.sandbox.payerResources()
                let marked = held.filter { $0.type == "Observation" && $0["status"] == "entered-in-error" }
                #expect(ids.count == 2)
                #expect(marked.count == 2)
                #expect(marked.allSatisfy { $0.versionID == "2" })
                #expect(held.filter { $0["activity"]?["coding"]?[0]?["code"] == "NULLIFY" }.count <= 2)
                #expect(again.submitted.bundles == 0)
                #expect(night.sandbox.payerRequests()["POST /", default: 0] == requests)
                #expect(night.danglingReferences() == [])
            }
        }
    }

    /// Starts the command, and kills it as soon as it has sent something.
    private static func runAndKill(_ night: SandboxNight) async throws {
        let before = night.sandbox.payerRequests()["POST /", default: 0]
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("pdex")
        process.arguments = ["run", SandboxNight.job, "--config", night.folder.configuration, "--quiet"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning, night.sandbox.payerRequests()["POST /", default: 0] == before { await Task.yield() }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(night.sandbox.payerRequests()["POST /", default: 0] > before)
    }
}
