import Conformance
import PDex

/// One error that the gate found in a mapped resource: where, by which rule, in which profile; never a value.
struct GateRemark: Sendable {
    /// The staged resource; nil for what we wrote ourselves.
    let key: ResourceKey?
    /// `Observation.category[0] · slice.min · at least 1 needed … · http://…|6.1.0`
    let text: String
    /// ``text`` without places and words: what is counted.
    let kind: String

    init(key: ResourceKey?, _ finding: Finding) {
        self.key = key
        text = [finding.path, finding.rule, finding.message, finding.profile].filter { !$0.isEmpty }
            .joined(separator: " · ")
        kind = "\(Self.withoutPlaces(finding.path)) \(finding.rule)"
    }

    /// A line for the audit trail.
    var line: String { key.map { "\(text) · \($0)" } ?? text }

    private static func withoutPlaces(_ path: String) -> String {
        var isInside = false
        return path.filter { character in
            if character == "[" { isInside = true }
            defer { if character == "]" { isInside = false } }
            return !isInside
        }
    }
}
