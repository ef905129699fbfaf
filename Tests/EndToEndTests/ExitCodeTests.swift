import FHIR
import Foundation
import PDex
import Sandbox
import Testing

@testable import PDexCLI

@Suite("What real commands end with", .serialized)
struct ExitCodeTests {
    @Test("a key that is missing is found by the check and by the run, before anything is sent")
    func missingKey() async throws {
        try await withNight { night in
            try FileManager.default.removeItem(atPath: "\(night.folder.keys)/\(SandboxFolder.payerKey).pem")

            let check = try night.pdex(["config", "check"]).ending()
            let run = try night.pdex(["run", SandboxNight.job]).ending()

            #expect(check.status == 2)
            #expect(check.errors.hasPrefix("key.missing: There is no key med0-demo, which med0 needs, in "))
            #expect(run.status == 2)
            #expect(run.errors.contains("key.missing: The key med0-demo of med0 is not in the key folder."))
            #expect(night.sandbox.payerRequests()["POST /"] == nil)
        }
    }

    @Test("a client that the authorization server does not know ends with 4, and the failed run is one JSON object")
    func refusedClient() async throws {
        try await withNight { night in
            try night.rewriteConfiguration { $0.replacing("client-id: pdex-clinic0", with: "client-id: somebody") }

            let run = try night.pdex(["run", SandboxNight.job, "--output", "json"]).ending()

            #expect(run.status == 4)
            let report = try JSONParser.parse(Array(run.output.utf8))
            #expect(report["state"]?.string == "failed")
            #expect(report["problems"] == ["auth.invalid-client": 1])
            #expect(run.errors.contains("auth.invalid-client: "))
        }
    }

    @Test("a server that cannot be reached ends with 5")
    func unreachable() async throws {
        try await withNight { night in
            try night.rewriteConfiguration { $0.replacing(/base: .*/, with: "base: http://127.0.0.1:9/fhir/r4") }

            let test = try night.pdex(["auth", "test", "med0"]).ending()

            #expect(test.status == 5)
        }
    }

    @Test("a job that another process is running ends with 75, and the run is left alone")
    func inProgress() async throws {
        try await withNight { night in
            // This process is alive, and so are its claims.
            let run = Run(
                id: "run-1", job: SandboxNight.job, trigger: .manual, clinic: "clinic0", payer: "med0",
                instant: Instant(milliseconds: 1_768_089_600_000), owner: ProcessName.current.text)
            try await night.store.write { try $0.open(run) }

            let ending = try night.pdex(["run", SandboxNight.job]).ending()

            #expect(ending.status == 75)
            #expect(ending.errors.contains("run.in-progress: "))
            #expect(try await night.store.read { try $0.run("run-1") } == run)
        }
    }

    @Test("Ctrl-C ends with 130, and the same command goes on with the same run and completes it")
    func interrupted() async throws {
        try await withNight { night in
            let first = try night.pdex(["run", SandboxNight.job])
            while first.isRunning, night.sandbox.payerRequests()["POST /", default: 0] < 1 { await Task.yield() }
            first.send(SIGINT)
            let stopped = try first.ending()
            let left = try await night.store.read { try $0.unfinishedRun(ofJob: SandboxNight.job) }

            let second = try night.pdex(["run", SandboxNight.job, "--output", "json"]).ending()

            #expect(stopped.status == 130)
            #expect(
                stopped.errors.hasSuffix("run.interrupted: stopped as asked; the same command goes on where it stood\n")
            )
            #expect(left != nil)
            // 3: some members are parked, as intended in the invented story.
            #expect(second.status == 3)
            #expect(try JSONParser.parse(Array(second.output.utf8))["run"]?.string == left?.id)
            #expect(try await night.store.read { try $0.unfinishedRun(ofJob: SandboxNight.job) } == nil)
        }
    }

    private func withNight(_ body: @Sendable (SandboxNight) async throws -> Void) async throws {
        try await withTemporaryFolder { try await SandboxNight.with(data: nil, in: $0, body) }
    }
}

extension SandboxNight {
    /// Starts the program on this night's configuration.
    fileprivate func pdex(_ arguments: [String]) throws -> PDexProcess {
        try PDexProcess(arguments + ["--config", folder.configuration], in: folder.path)
    }

    fileprivate func rewriteConfiguration(_ change: (String) -> String) throws {
        let text = try String(contentsOfFile: folder.configuration, encoding: .utf8)
        try change(text).write(toFile: folder.configuration, atomically: true, encoding: .utf8)
    }
}
