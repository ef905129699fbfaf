import FHIR
import Foundation
import PDex
import PDexTesting
import Sandbox
import Testing

@testable import PDexCLI

@Suite("kill -9 in the middle of a run", .serialized)
struct KillTests {
    @Test("the same command completes, and Med0 holds the same as without the kills")
    func killedAgainAndAgain() async throws {
        try await withTemporaryFolder { place in
            let whole = try await held(in: place + "/whole", secret: nil, killingAfter: [])
            // The same secret derives the same identities, so that both payers can be compared.
            let secret = place + "/whole/keys/identity.secret"
            let killed = try await held(in: place + "/killed", secret: secret, killingAfter: [1, 6, 15])
            #expect(whole.count > 500)
            #expect(killed.keys.sorted() == whole.keys.sorted())
            #expect(killed == whole)
        }
    }

    /// What Med0 holds after the run was killed once for each count of submissions, and then left alone.
    private func held(in path: String, secret: String?, killingAfter counts: [Int]) async throws -> [String: JSONValue]
    {
        try FileManager.default.createDirectory(
            atPath: path + "/keys", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        if let secret { try FileManager.default.copyItem(atPath: secret, toPath: path + "/keys/identity.secret") }
        return try await SandboxNight.with(data: nil, in: path) { night in
            for count in counts {
                let process = try start(night)
                while process.isRunning, night.sandbox.payerRequests()["POST /", default: 0] < count {
                    await Task.yield()
                }
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                #expect(process.terminationReason == .uncaughtSignal)
            }
            let last = try start(night)
            last.waitUntilExit()
            // 3: some members are parked, as intended in the invented story.
            #expect(last.terminationStatus == 3)
            return night.sandbox.payerResources().contents
        }
    }

    private func start(_ night: SandboxNight) throws -> Process {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let process = Process()
        process.executableURL = tests.appendingPathComponent("pdex")
        process.arguments = ["run", SandboxNight.job, "--config", night.folder.configuration, "--quiet"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
