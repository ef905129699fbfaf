import Conformance
import PDex

/// One error that the gate found in a mapped resource, and what it is counted as.
struct GateRemark: Sendable {
    let finding: GateFinding
    /// The place without numbers, and the rule: what is counted.
    let kind: String

    init(key: ResourceKey?, _ finding: Finding) {
        self.finding = GateFinding(
            resource: key, path: finding.path, rule: finding.rule, message: finding.message, profile: finding.profile)
        kind = "\(Self.withoutPlaces(finding.path)) \(finding.rule)"
    }

    private static func withoutPlaces(_ path: String) -> String {
        var isInside = false
        return path.filter { character in
            if character == "[" { isInside = true }
            defer { if character == "]" { isInside = false } }
            return !isInside
        }
    }
}
