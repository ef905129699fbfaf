import Conformance
import FHIR
import Mappings
import PDex
import PDexTesting
import Testing

/// HRX-02: the guides' published examples have everything that their profiles may have.
@Suite(
    "Whatever a guide's profiles may have is processed",
    .enabled(if: GateFiles.hasPackages, "the packages beside the repository are not on this machine"))
struct PublishedExamplesTests {
    /// Why some cannot be sent: it could not be determined whether they were covered.
    private static let reasons: Set = [
        "Encounter: a finished visit needs a period; without one neither coverage nor consent can be checked for it"
    ]

    @Test(
        "each example of a type that a set maps is mapped or left out by a rule, by every set, and none fails but a finished visit of no time"
    )
    func examples() throws {
        let resources = try GuideDefinitions(examples: true).packages.flatMap(\.examples).flatMap { _, bytes in
            let json = try JSONParser.parse(bytes)
            return [json] + (json["entry"]?.elements ?? []).compactMap { $0["resource"] }
        }
        var mapped = 0
        var failed: Set<String> = []
        for name in ["us-core-3.1.1", "us-core-6.1.0", "us-core-7.0.0", "pdex", "pdex-2.2.0", "hrex"] {
            let set = try LoadedMappings.set(in: GateFiles.mappings + "/" + name, digests: .standIn)
            for json in resources {
                guard let resource = try? Resource(json) else { continue }
                switch set.map(resource, in: MappingTests.context) {
                case .mapped: mapped += 1
                case .failed(_, let requirement):
                    failed.insert("\(resource.type): \(requirement)")
                case .skipped, .unmapped: break
                }
            }
        }
        #expect(failed == Self.reasons)
        #expect(mapped > 1_000)
    }
}
