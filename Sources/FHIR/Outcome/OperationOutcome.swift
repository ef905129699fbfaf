/// A server's report on a request: issues, each with a severity and a code (FHIR R4 §2.35).
public struct OperationOutcome: Sendable, Hashable {
    /// The issues in the order they were reported.
    public var issues: [Issue]

    /// An outcome of one issue.
    public init(severity: Severity, code: String, diagnostics: String? = nil) {
        issues = [Issue(severity: severity, code: code, diagnostics: diagnostics)]
    }

    /// An outcome of several issues.
    public init(issues: [Issue]) {
        self.issues = issues
    }

    /// Reads an `OperationOutcome`; nil when the value is not one. Issues that are not objects are left out.
    public init?(_ json: JSONValue) {
        guard json["resourceType"]?.string == "OperationOutcome" else { return nil }
        issues = (json["issue"]?.elements ?? []).compactMap { Issue($0) }
    }

    /// The outcome as a resource.
    public var json: JSONValue {
        ["resourceType": "OperationOutcome", "issue": .array(issues.map(\.json))]
    }

    /// The worst severity reported; nil without issues.
    public var worstSeverity: Severity? { issues.map(\.severity).max() }

    /// The issues for logs and messages: severity, code and path only, because diagnostics may hold health data.
    ///
    /// Codes and paths that do not look like codes and paths are replaced, and at most five issues are listed.
    public var summary: String {
        guard !issues.isEmpty else { return "no issues" }
        let told = issues.prefix(5).map(\.summary).joined(separator: "; ")
        return issues.count > 5 ? "\(told); and \(issues.count - 5) more" : told
    }
}
