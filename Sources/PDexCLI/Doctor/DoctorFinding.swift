import FHIR

/// The finding of one check.
struct DoctorFinding: Sendable, Hashable {
    /// The result.
    enum Verdict: String, Sendable { case ok, warn, fail }

    let verdict: Verdict
    /// What was checked, such as `keys`.
    let subject: String
    /// What was found.
    let found: String
    /// What to do next, unless all is well.
    var next: String?
    /// The exit status that it causes.
    var status = CommandStatus.success

    /// The finding as JSON.
    var json: JSONValue {
        [
            "verdict": .string(verdict.rawValue), "subject": .string(subject), "found": .string(found),
            "next": next.map { .string($0) } ?? .null,
        ]
    }
}
