import FHIR

/// One thing that was looked at.
struct DoctorFinding: Sendable, Hashable {
    /// How it is.
    enum Verdict: String, Sendable { case ok, warn, fail }

    let verdict: Verdict
    /// What was looked at, such as `keys`.
    let subject: String
    /// What was found.
    let found: String
    /// What to do next, unless all is well.
    var next: String?
    /// What the process ends with because of it.
    var status = CommandStatus.success

    /// As programs read it.
    var json: JSONValue {
        [
            "verdict": .string(verdict.rawValue), "subject": .string(subject), "found": .string(found),
            "next": next.map { .string($0) } ?? .null,
        ]
    }
}
