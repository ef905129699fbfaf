import FHIR
import Foundation
import Jobs
import PDex
import Pipeline
import Sandbox
import Testing

@testable import PDexCLI

/// Files that are left for Med0 instead of requests (WR-22 f).
@Suite("Nights by file drop", .serialized)
struct DropNightTests {
    @Test("what Clinic0 deletes is a deletion in the next drop, and Med0 has it no more")
    func deleted() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(
                data: nil, in: place + "/night", members: 12, delivery: .fileDrop, retraction: .delete
            ) { night in
                _ = try await night.operations.run(job: SandboxNight.job)
                try night.sandbox.takeDrops()
                let ids = Self.unreferenced(night).prefix(2)
                let before = night.sandbox.payerResources().count { $0.type == "Observation" }
                for id in ids { night.sandbox.deleteAtClinic("Observation", id) }

                let report = try await night.operations.run(job: SandboxNight.job)
                let files = try Self.files(in: night.folder.drops)
                let intake = try night.sandbox.takeDrops()

                #expect(ids.count == 2)
                #expect(report.balanced && intake.refused == [])
                #expect(files.count { $0 == "deleted.ndjson" } == intake.taken && intake.taken > 0)
                #expect(night.sandbox.payerResources().count { $0.type == "Observation" } == before - 2)
                #expect(night.danglingReferences() == [])
            }
        }
    }

    /// The clinic's ids of Observations to which nothing else at Med0 refers, so that deleting them breaks no reference
    /// at the clinic either.
    private static func unreferenced(_ night: SandboxNight) -> [String] {
        let held = night.sandbox.payerResources()
        var named: Set<String> = []
        for resource in held where resource.type != "Provenance" {
            JSONValue.object(resource.json).forEachReference { named.insert($0) }
        }
        let free = held.filter { $0.type == "Observation" && !named.contains("Observation/\($0.id ?? "")") }
        return free.compactMap { resource in
            resource["identifier"]?.elements.first { $0["system"] == "https://clinic0.example/fhir-id" }?["value"]?
                .string
        }.sorted()
    }

    @Test("a folder that is gone ends the run before anything is pulled; once it is there the same command completes")
    func gone() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(data: nil, in: place + "/night", members: 12, delivery: .fileDrop) { night in
                try FileManager.default.moveItem(atPath: night.folder.drops, toPath: place + "/elsewhere")
                let failure = await #expect(throws: RunFailure.self) {
                    try await night.operations.run(job: SandboxNight.job)
                }
                try FileManager.default.moveItem(atPath: place + "/elsewhere", toPath: night.folder.drops)

                let report = try await night.operations.run(job: SandboxNight.job)

                #expect(failure?.fault.code == .payerFolder && failure?.fault.disposition == .retry)
                #expect(failure?.report.pulled.requests == 0)
                #expect(report.balanced && report.exchanges.acknowledged > 5)
                #expect(try night.sandbox.takeDrops().taken == report.submitted.bundles)
            }
        }
    }

    @Test("a drop in which one byte has changed since is seen by its digests, and taken by nobody")
    func tampered() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(data: nil, in: place + "/night", members: 12, delivery: .fileDrop) { night in
                let report = try await night.operations.run(job: SandboxNight.job)
                let drop = try #require(try FileManager.default.contentsOfDirectory(atPath: night.folder.drops).first)
                let file = URL(fileURLWithPath: "\(night.folder.drops)/\(drop)/Patient.ndjson")
                try Data(try Data(contentsOf: file).map { $0 == 0x31 ? 0x32 : $0 }).write(to: file)

                let intake = try night.sandbox.takeDrops()

                #expect(intake.refused == ["\(drop): A file is not as it was written."])
                #expect(intake.taken == report.submitted.bundles - 1)
            }
        }
    }

    @Test("nothing is asked of the payer's server but its records, and no scope to write there")
    func leastPrivilege() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(
                data: nil, in: place + "/night", members: 12, delivery: .fileDrop,
                changing: { $0.payerScopes = "system/*.rs" }
            ) { night in
                let report = try await night.operations.run(job: SandboxNight.job)

                #expect(report.balanced && report.exchanges.acknowledged > 5)
                let writes = night.sandbox.payerRequests().keys.filter { kind in
                    kind == "POST /" || ["PUT ", "DELETE "].contains { kind.hasPrefix($0) }
                }
                #expect(writes == [])
            }
        }
    }

    private static func files(in drops: String) throws -> [String] {
        let files = FileManager.default
        return try files.contentsOfDirectory(atPath: drops).filter { $0 != "taken" }
            .flatMap { try files.contentsOfDirectory(atPath: "\(drops)/\($0)") }
    }
}
