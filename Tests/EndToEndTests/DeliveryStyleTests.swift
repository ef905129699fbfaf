import FHIR
import Jobs
import PDex
import PDexTesting
import Pipeline
import Sandbox
import Testing

@testable import PDexCLI

/// What a payer accepts: whole bundles, bundles entry by entry, single requests, or files (WR-22).
@Suite("Styles of delivery")
struct DeliveryStyleTests {
    @Test("each style brings the payer the same, once")
    func same() async throws {
        var held: [ExchangeTerms.Delivery.Kind: [String: String]] = [:]
        for kind in ExchangeTerms.Delivery.Kind.allCases {
            held[kind] = try await withTemporaryFolder { place in
                try await SandboxNight.with(data: nil, in: place + "/night", members: 12, delivery: kind) { night in
                    let report = try await night.operations.run(job: SandboxNight.job)
                    #expect(report.balanced && report.exchanges.acknowledged > 5, "\(kind) \(report.exchanges)")
                    #expect(report.exchanges.retrying == 0)
                    let intake = try night.sandbox.takeDrops()
                    #expect(intake.refused == [] && (intake.taken > 5) == (kind == .fileDrop), "\(kind) \(intake)")
                    #expect(night.danglingReferences() == [])
                    let requests = night.sandbox.payerRequests()
                    let hasBundles = (requests["POST /"] ?? 0) > 0
                    #expect(hasBundles == kind.isBundle, "\(kind) \(requests)")

                    let second = try await night.operations.run(job: SandboxNight.job)
                    #expect(second.submitted.bundles == 0)
                    #expect(try night.sandbox.takeDrops().taken == 0)
                    return Self.content(of: night)
                }
            }
        }
        #expect(held[.transaction]?.isEmpty == false)
        #expect(held[.batch] == held[.transaction])
        #expect(held[.put] == held[.transaction])
        #expect(held[.fileDrop] == held[.transaction])
        #expect(held[.bulkSubmit] == held[.transaction])
    }

    /// What Med0 holds of the clinic's data, by the clinic's id, without what shows when and from which store it came.
    private static func content(of night: SandboxNight) -> [String: String] {
        let held = night.sandbox.payerResources()
        var names: [String: String] = [:]
        for resource in held {
            guard let name = Self.name(of: resource), let id = resource.id else { continue }
            names[id] = name
        }
        var found: [String: String] = [:]
        for resource in held {
            guard let name = Self.name(of: resource), let id = resource.id else { continue }
            var text = String(decoding: resource.content.serialized(), as: UTF8.self)
            for (id, name) in names where text.contains(id) { text = text.replacing(id, with: name) }
            #expect(found.updateValue(text, forKey: name) == nil, "\(resource.type)/\(id) is there twice")
        }
        return found
    }

    private static func name(of resource: Resource) -> String? {
        let ours = resource["identifier"]?.elements.first { $0["system"]?.string == "https://clinic0.example/fhir-id" }
        return ours?["value"]?.string.map { "\(resource.type)-\($0)" }
    }
}
