import FHIR
import Testing

@testable import Conformance

/// Validates every example that the guides publish, where ``SharedFolder`` has them.
@Suite(
    "The guides' own examples",
    .enabled(if: !OfficialExamples.names.isEmpty, "no guide is on this machine"))
struct OfficialExamplesTests {
    @Test("conform, except where the example itself is wrong", arguments: OfficialExamples.names)
    func conform(name: String) throws {
        let guide = try OfficialExamples.guide(name)
        var errors: [String] = []
        for (file, json) in guide.examples {
            let report = guide.validator.validate(json, fullURLs: BundleIndex(json))
            errors += report.errors.map { "\(guide.name) \(file): \($0.rule) \($0.path)" }
        }

        let known = OfficialExamples.knownFaults.filter { $0.hasPrefix(guide.name + " ") }
        print("\(guide.name): \(guide.examples.count) examples, \(Set(errors).count) known faults of theirs")
        #expect(Set(errors) == known)
        #expect(guide.examples.count > 20)
    }

    @Test("are found out when they are broken", arguments: OfficialExamples.broken)
    func mutants(name: String) throws {
        let guide = try OfficialExamples.guide(name)
        var tally = MutationTally()
        for (file, json) in guide.examples where guide.validator.validate(json).isConformant {
            for mutant in Mutator(guide.validator).mutants(of: json) { tally.count(mutant, file, guide.validator) }
        }

        print("\(guide.name):\n\(tally.table)")
        #expect(tally.missed == [])
        #expect(tally.total > 100)
    }
}
