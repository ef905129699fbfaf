import FHIR
import Jobs
import PDex
import Pipeline
import SampleData
import Sandbox
import Testing

@Suite("A clinic whose data nobody here wrote", .serialized)
struct RealInputTests {
    @Test(
        "everything permitted arrives once with every reference resolved; twice sends nothing; a change is sent alone",
        .enabled(if: SharedFolder.has("data/clinic-10"), "the sample data is not on this machine"))
    func realClinic() async throws {
        try await withTemporaryFolder { place in
            try SharedFolder.linkClinic(into: place + "/data")
            try await SandboxNight.with(data: place + "/data", in: place + "/night") { night in
                let first = try await night.operations.run(job: SandboxNight.job)
                #expect(first.balanced)
                #expect(first.problems.isEmpty)
                #expect(first.exchanges.parked.isEmpty)
                #expect(first.exchanges.unmatched == 2)
                #expect(first.exchanges.acknowledged == first.pulled.patients - 2)
                #expect(night.danglingReferences().isEmpty)
                let ids = night.sentIDs()
                #expect(Set(ids).count == ids.count)
                #expect(ids.count >= first.resources.sent)

                let posts = night.sandbox.payerRequests()["POST /"] ?? 0
                let second = try await night.operations.run(job: SandboxNight.job)
                #expect(second.exchanges.unchanged == first.exchanges.acknowledged)
                #expect(second.submitted.bundles == 0)
                #expect(night.sandbox.payerRequests()["POST /"] == posts)

                let changed = try #require(try Self.changedObservation(of: night, among: ids))
                try night.sandbox.updateClinic(changed)
                let third = try await night.operations.run(job: SandboxNight.job)
                #expect(third.exchanges.acknowledged == 1)
                #expect(third.exchanges.unchanged == first.exchanges.acknowledged - 1)
                let arrived = night.sandbox.payerResources().filter { $0["note"]?[0]?["text"] == "looked at again" }
                #expect(arrived.map(\.type) == ["Observation"])
            }
        }
    }

    /// An Observation that was sent, amended as the clinic's staff would do it.
    private static func changedObservation(of night: SandboxNight, among ids: [String]) throws -> Resource? {
        guard let id = ids.filter({ $0.hasPrefix("Observation/") }).min(),
            let observation = night.sandbox.clinicResource("Observation", String(id.dropFirst("Observation/".count)))
        else { return nil }
        var json = observation.json
        json["note"] = [["text": "looked at again"]]
        return try Resource(.object(json))
    }
}
