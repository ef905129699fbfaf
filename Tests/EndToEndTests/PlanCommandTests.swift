import FHIR
import Foundation
import PDex
import Sandbox
import Testing

@testable import PDexCLI

@Suite("pdex plan", .serialized)
struct PlanCommandTests {
    @Test(
        "the program asks both sides and says which way a job pulls and delivers; nothing is sent, and no store is filled"
    )
    func plan() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(data: nil, in: place, members: 12) { night in
                let count = night.sandbox.payerResources().count
                let text = try Self.pdex(["plan", SandboxNight.job], night)
                let json = try Self.pdex(["plan", SandboxNight.job, "--output", "json"], night)

                let plan = try JSONParser.parse(Array(json.output.utf8))
                #expect(text.status == 0 && json.status == 0)
                #expect(text.output.contains(/\nway +bulk export of Group\/med0-members\n/))
                #expect(text.output.contains(/\ndelivery +transaction\n/))
                #expect(plan["job"]?.string == SandboxNight.job && plan["way"] == "group-export")
                #expect(plan["delivery"]?["as"] == "transaction" && plan["delivery"]?["offered"] == true)
                #expect(night.sandbox.payerResources().count == count)
                #expect(night.sandbox.payerRequests()["POST /"] == nil)
                #expect(try await night.store.read { try $0.runs(ofJob: nil, limit: 1) }.isEmpty)
            }
        }
    }

    @Test("a drop folder that is not there is told before a run ends by it, and a job that is not there ends with 2")
    func folder() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(data: nil, in: place, members: 12, delivery: .fileDrop) { night in
                try FileManager.default.removeItem(atPath: night.folder.drops)

                let plan = try Self.pdex(["plan", SandboxNight.job, "--output", "json"], night)
                let run = try Self.pdex(["run", SandboxNight.job], night)
                let unknown = try Self.pdex(["plan", "whole-clinic-sink"], night)

                let delivery = try JSONParser.parse(Array(plan.output.utf8))["delivery"]
                #expect(plan.status == 0)
                #expect(delivery?["offered"] == false && delivery?["fault"] == "payer.folder-unusable")
                #expect(run.errors.contains("payer.folder-unusable: The drop folder of med0 is not there."))
                #expect(unknown.status == 2 && unknown.errors.contains("did you mean 'whole-clinic-sync'?"))
            }
        }
    }

    private static func pdex(_ arguments: [String], _ night: SandboxNight) throws -> PDexProcess.Ending {
        try PDexProcess(arguments + ["--config", night.folder.configuration], in: night.folder.path).ending()
    }
}
