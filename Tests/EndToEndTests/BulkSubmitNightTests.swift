import FHIR
import Foundation
import Jobs
import PDex
import Pipeline
import Sandbox
import Testing

@testable import PDexCLI

/// Files that are announced to Med0, and that it fetches (WR-22 d).
@Suite("Nights by bulk submit", .serialized)
struct BulkSubmitNightTests {
    @Test("when the answer to each submission is lost, Med0 is asked what became of it, and nothing is submitted twice")
    func lost() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(
                data: nil, in: place + "/night", members: 3, delivery: .bulkSubmit,
                retry: "retry: { attempts: 5, from: 1s, to: 1s }\n",
                changing: { $0.faults.dropResponseFraction = 1 }
            ) { night in
                let report = try await night.operations.run(job: SandboxNight.job)

                let requests = night.sandbox.payerRequests()
                #expect(report.balanced && report.exchanges.acknowledged > 1 && report.exchanges.retrying == 0)
                #expect(requests["POST $bulk-submit"] == report.submitted.bundles)
                #expect(night.danglingReferences() == [])
            }
        }
    }

    @Test("Med0 needs to grant no more than reading its records, and submitting")
    func leastPrivilege() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(
                data: nil, in: place + "/night", members: 5, delivery: .bulkSubmit,
                changing: { $0.payerScopes = "system/*.rs system/bulk-submit" }
            ) { night in
                let report = try await night.operations.run(job: SandboxNight.job)

                #expect(report.balanced && report.exchanges.acknowledged > 1 && report.exchanges.retrying == 0)
                #expect(night.sentIDs().count > 20)
            }
        }
    }

    @Test("what Med0 could not fetch is submitted anew, and is there once the files are handed out")
    func unserved() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(
                data: nil, in: place + "/night", members: 3, delivery: .bulkSubmit, servesFiles: false,
                retry: "retry: { attempts: 50, from: 3s, to: 3s }\n"
            ) { night in
                let alone = try await night.operations.run(job: SandboxNight.job)
                let before = night.sentIDs()
                let assembly = try Assembly(
                    try ConfigurationFile.load(path: night.folder.configuration), actor: "tests")
                let served = try await assembly.servingFiles { try await night.operations.run(job: SandboxNight.job) }

                #expect(alone.balanced && alone.exchanges.acknowledged == 0 && alone.exchanges.retrying > 1)
                #expect(before == [])
                #expect(served.submitted.bundles == alone.exchanges.retrying)
                #expect(night.danglingReferences() == [] && night.sentIDs().count > 20)
            }
        }
    }
}
