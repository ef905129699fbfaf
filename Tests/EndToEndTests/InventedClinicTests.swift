import FHIR
import Jobs
import PDex
import Pipeline
import Sandbox
import Testing

@Suite("A night between the built-in clinic and payer", .serialized)
struct InventedClinicTests {
    @Test("everybody is accounted for, the twins and the unwilling too", arguments: ["bulk-export", "roster-search"])
    func addsUp(by method: String) async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(data: nil, in: place, by: method) { night in
                let report = try await night.operations.run(job: SandboxNight.job)
                #expect(report.balanced)
                #expect(report.pulled.patients == 50)
                #expect(report.exchanges.withheld.keys.contains(.consentMissing))
                #expect(report.exchanges.withheld.keys.contains(.consentDenied))
                #expect(report.exchanges.withheld.keys.contains(.consentExpired))
                #expect(report.exchanges.parked[.matchAmbiguous] == 2)
                #expect(report.exchanges.parked[.matchContradicted] == 1)
                #expect(report.exchanges.parked[.mappingRequired] == nil)
                #expect(report.resources.leftOut[.mappingRequired, default: 0] > 0)
                #expect(report.exchanges.unmatched >= 2)
                #expect(report.resources.leftOut[.consentSensitive, default: 0] > 0)
                #expect(night.danglingReferences().isEmpty)
            }
        }
    }

    @Test("small bundles carry the same as large ones")
    func smallBundles() async throws {
        let large = try await sent(maxEntries: 200)
        let small = try await sent(maxEntries: 20)
        #expect(large == small)
        #expect(!large.isEmpty)
    }

    @Test("one member can be asked for, and only that member is sent")
    func oneMember() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(data: nil, in: place) { night in
                let report = try await night.answer(Self.joeSmith)
                #expect(report.exchanges.acknowledged == 1)
                let patients = night.sentIDs().filter { $0.hasPrefix("Patient/") }
                #expect(patients == ["Patient/" + Self.joeSmith])
            }
        }
    }

    @Test("a request for somebody the clinic does not know says so")
    func unknownMember() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(data: nil, in: place) { night in
                let failure = await #expect(throws: RunFailure.self) {
                    try await night.answer("nobody")
                }
                #expect(failure?.fault.code == .memberUnknown)
            }
        }
    }

    private func sent(maxEntries: Int) async throws -> Set<String> {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(data: nil, in: place, maxEntries: maxEntries) { night in
                _ = try await night.operations.run(job: SandboxNight.job)
                return Set(night.sentIDs())
            }
        }
    }

    /// Joe Smith is the first member of every invented population.
    private static let joeSmith = "pat-000001"
}
