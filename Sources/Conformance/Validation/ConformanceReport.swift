/// The result of validating one resource.
public struct ConformanceReport: Sendable, Hashable {
    /// Errors and warnings in document order, then what was not checked; nothing is repeated.
    public let findings: [Finding]
    /// The profiles that the resource itself was checked against.
    public let profiles: [String]

    /// The report on something that is not JSON at all.
    public static let unreadable = ConformanceReport(
        findings: [
            Finding(
                severity: .error, rule: Rule.jsonMalformed.rawValue, path: "", profile: "",
                message: "not a JSON document, or one with a name twice", advice: Rule.jsonMalformed.advice)
        ], profiles: [])

    /// Whether nothing contradicts a profile.
    public var isConformant: Bool { !findings.contains { $0.severity == .error } }
    /// The errors.
    public var errors: [Finding] { findings.filter { $0.severity == .error } }
}
