import Conformance
import PDex

/// One error that the gate found in a mapped resource, or a mapping's refusal, and how it is counted.
struct GateRemark: Sendable {
    let finding: GateFinding
    /// How it is counted: by path without indices, and by rule.
    let kind: String

    init(key: ResourceKey?, _ finding: Finding) {
        self.finding = GateFinding(
            resource: key, path: finding.path, rule: finding.rule, message: finding.message, profile: finding.profile)
        kind = "\(Self.withoutPlaces(finding.path)) \(finding.rule)"
    }

    /// A requirement of a mapping that cannot be met: the `else` of a `require`, and the mapping's name.
    init(key: ResourceKey, refused type: String, by mapping: String, _ requirement: String) {
        finding = GateFinding(
            resource: key, path: type, rule: Self.refusal, message: "\(requirement) (mapping \(mapping))", profile: "")
        kind = "\(type) \(Self.refusal)"
    }

    /// The rule of a mapping's refusal.
    static let refusal = FaultCode.mappingRequired.rawValue

    private static func withoutPlaces(_ path: String) -> String {
        var isInside = false
        return path.filter { character in
            if character == "[" { isInside = true }
            defer { if character == "]" { isInside = false } }
            return !isInside
        }
    }
}
