import FHIR

@testable import Conformance

/// How many faults of each kind were put in, and which were not noticed.
struct MutationTally {
    private(set) var total = 0
    private(set) var missed: [String] = []
    private var byKind: [String: Int] = [:]
    private var profiles: [String: Set<String>] = [:]

    mutating func count(_ mutant: Mutant, _ file: String, _ validator: Validator) {
        total += 1
        byKind["\(mutant.kind) -> \(mutant.rule)", default: 0] += 1
        profiles["\(mutant.kind) -> \(mutant.rule)", default: []].insert(mutant.profile)
        let rules = validator.validate(mutant.json).errors.map(\.rule)
        if !rules.contains(mutant.rule) { missed.append("\(file): \(mutant.kind) of \(mutant.element): \(rules)") }
    }

    /// Kind, count, profiles.
    var table: String {
        byKind.sorted { $0.key < $1.key }.map { kind, count in
            "  \(kind): \(count) in \(profiles[kind]?.count ?? 0) profiles"
        }.joined(separator: "\n")
    }
}
