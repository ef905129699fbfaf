import FHIR
import Mappings
import PDexTesting
import SampleData
import Testing

/// Resources that others made, by path and value; each set checks another share unless `PDEX_PROOF=whole`.
@Suite(
    "What mappings make of real records",
    .enabled(if: SharedFolder.hasData, "the sample clinics beside the repository are not on this machine"))
struct RealFaithfulnessTests {
    private static let sets = ["hrex", "pdex", "pdex-2.2.0", "us-core-3.1.1", "us-core-6.1.0", "us-core-7.0.0"]

    @Test(
        "is in the source by path and value, or a line wrote it; what is missing was dropped by a line", arguments: sets
    )
    func faithful(name: String) throws {
        let set = try LoadedMappings.set(in: GateFiles.mappings + "/" + name, digests: .standIn)
        let resources = try RealClinics.ten() + RealClinics.hundred(visits: IndependentProofTests.isWhole ? 1_000 : 100)
        let share = Self.sets.firstIndex(of: name) ?? 0
        var mapped = 0
        var wrong: Set<String> = []
        for (number, source) in resources.enumerated()
        where IndependentProofTests.isWhole || number % Self.sets.count == share {
            guard let faithfulness = Faithfulness(of: source, by: set) else { continue }
            mapped += 1
            wrong.formUnion((faithfulness.added + faithfulness.lost).map { "\(source.type): \($0)" })
        }
        #expect(wrong == [])
        #expect(mapped > 1000)
    }
}
