import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

/// Who says it, who sent it and from which record: the Provenance of the first visit, byte for byte but for ids and hashes
/// that follow from the files of the mapping set (PV-01 … PV-09).
///
/// Golden Provenance is made anew with `PDEX_GOLDEN=write`, and read before it is committed.
@Suite("The Provenance of a worked example")
struct GoldenProvenanceTests {
    @Test("is what it was, and speaks of what is in the bundle")
    func golden() async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, types: ["Patient", "Encounter", "Condition", "Observation"],
            validator: GateFiles.sheetsOnly)

        _ = try await night.run()

        let bundle = try FHIRBundle(try JSONParser.parse(try #require(night.payer.received.first)))
        let written = Set(bundle.entries.compactMap { $0.request?.url })
        let provenance = bundle.entries.compactMap(\.resource).filter { $0.type == "Provenance" }
        let text = Self.named(JSONValue.array(provenance.map { .object($0.json) }).serialized(pretty: true), provenance)
        try GoldenFile.expect(text, in: "provenance")
        let targets = provenance.flatMap { $0["target"]?.elements ?? [] }.compactMap { $0["reference"]?.string }
        #expect(Set(targets).isSubset(of: written) && !targets.isEmpty)
    }

    /// With names in the place of ids and hashes that change with every edit of a mapping file.
    private static func named(_ text: String, _ provenance: [Resource]) -> String {
        var text = text
        for (number, resource) in provenance.enumerated() {
            if let id = resource.id { text = text.replacing(id, with: "provenance-\(number + 1)") }
        }
        return text.replacing(/mapping [0-9a-f]{8,64}/, with: "mapping the-hash")
            .replacing(/exchange:[a-z2-7]{20,64}/, with: "exchange:the-id")
    }
}
