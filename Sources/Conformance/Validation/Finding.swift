public import FHIR

/// One way in which a resource violates a profile, or something that could not be checked; never holds a value of the
/// resource.
public struct Finding: Sendable, Hashable {
    /// How bad it is.
    public enum Severity: String, Sendable, CaseIterable {
        /// The resource does not conform.
        case error
        /// It conforms, but should be better.
        case warning
        /// Something was not checked.
        case information
    }

    /// How bad it is.
    public let severity: Severity
    /// A stable name of the rule: `cardinality.min`, `invariant.us-core-6`.
    public let rule: String
    /// Where: `Patient.name[0].given`. Indexes are counted from 0.
    public let path: String
    /// The profile that says so, `canonical|version`.
    public let profile: String
    /// What is wrong.
    public let message: String
    /// What to do.
    public let advice: String

    /// The finding as programs read it.
    public var json: JSONValue {
        [
            "severity": .string(severity.rawValue), "rule": .string(rule), "path": .string(path),
            "profile": .string(profile), "message": .string(message), "advice": .string(advice),
        ]
    }
}
