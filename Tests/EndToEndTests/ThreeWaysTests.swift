import FHIR
import Foundation
import Jobs
import PDex
import Pipeline
import SampleData
import Testing

@testable import PDexCLI

@Suite("Three ways to pull a clinic")
struct ThreeWaysTests {
    @Test(
        "export, searches and $everything stage the same resources of a hundred patients, byte for byte",
        .enabled(if: SharedFolder.has("data/clinic-100"), "the sample data is not on this machine"))
    func same() async throws {
        try await withTemporaryFolder { place in
            try await SandboxNight.with(
                data: SharedFolder.path(of: "data/clinic-100"), in: place + "/night", knowsMembers: false
            ) { exporting in
                _ = try await exporting.operations.run(job: SandboxNight.job, dryRun: true)
                let exported = try await staged(exporting)
                #expect(exported.count > 10_000)

                let searching = try exporting.again(by: "roster-search")
                let report = try await searching.operations.run(job: SandboxNight.job, dryRun: true)
                #expect(report.notes.isEmpty)
                let searched = try await staged(searching)
                #expect(Self.differences(exported, searched) == [])

                let asking = try exporting.again(by: "auto")
                for patient in exported.keys.filter({ $0.hasPrefix("Patient/") }).sorted() {
                    _ = try await asking.answer(String(patient.dropFirst("Patient/".count)))
                }
                let everything = try await staged(asking)
                #expect(Self.differences(exported, everything) == [])
            }
        }
    }

    /// What one way staged differently from the other. An export also holds organizations that no visit names.
    private static func differences(_ exported: [String: Int64], _ other: [String: Int64]) -> [String] {
        let own = exported.keys.filter { key in
            !["Organization/", "Practitioner/"].contains { key.hasPrefix($0) } && other[key] == nil
        }
        return (own + other.keys.filter { exported[$0] != other[$0] }).sorted()
    }

    /// `Type/id` and the hash of the bytes of all that is staged of the clinic.
    private func staged(_ night: SandboxNight) async throws -> [String: Int64] {
        try await night.store.read { reader in
            var found: [String: Int64] = [:]
            for type in SandboxNight.types + ["Organization", "Practitioner"] {
                for key in try Self.keys(of: type, reader) {
                    if let staged = try reader.staged(key) { found["\(type)/\(staged.id)"] = staged.contentHash }
                }
            }
            return found
        }
    }

    private static func keys(of type: String, _ reader: any StoreReader) throws -> [ResourceKey] {
        var keys: [ResourceKey] = []
        while true {
            let page = try reader.keys(ofSource: "clinic0", type: type, after: keys.last, limit: 1000)
            guard !page.isEmpty else { return keys }
            keys += page
        }
    }
}
