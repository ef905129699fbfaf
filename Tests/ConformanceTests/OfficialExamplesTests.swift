import FHIR
import Testing

@testable import Conformance

/// Validates every example that the guides publish, where ``SharedFolder`` has them.
@Suite("The guides' own examples")
struct OfficialExamplesTests {
    @Test("conform, except where the example itself is wrong", arguments: OfficialExamples.guides)
    func conform(_ guide: OfficialExamples.Guide) {
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

    @Test("are found out when they are broken", arguments: OfficialExamples.guides.filter(\.isBroken))
    func mutants(_ guide: OfficialExamples.Guide) {
        var tally = MutationTally()
        for (file, json) in guide.examples where guide.validator.validate(json).isConformant {
            for mutant in Mutator(guide.validator).mutants(of: json) { tally.count(mutant, file, guide.validator) }
        }

        print("\(guide.name):\n\(tally.table)")
        #expect(tally.missed == [])
        #expect(tally.total > 100)
    }
}
