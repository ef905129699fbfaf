import FHIR

/// A payer's verdict on a submission, written like the answer to a batch, so that it is read like any other (SUB-08).
struct SubmissionVerdict: Sendable {
    private let entries: [(location: String, isDeleted: Bool)]
    private let base: String
    /// The outcome for each resource that was not taken.
    private var refusals: [String: JSONValue] = [:]
    /// An outcome that names no known resource: it then applies to all of them.
    private var general: JSONValue?

    /// The verdict on `entries`, with nothing bad known yet, at a payer with that base.
    init(on entries: [(location: String, isDeleted: Bool)], base: String) {
        self.entries = entries
        self.base = base
    }

    /// Adds an OperationOutcome; one with nothing worse than a warning is ignored.
    mutating func take(_ json: JSONValue) {
        guard let outcome = OperationOutcome(json), outcome.issues.contains(where: { $0.severity >= .error }) else {
            return
        }
        let sources = Set(Self.sources(of: json).compactMap(location))
        let known = entries.map(\.location).filter(sources.contains)
        if known.isEmpty { general = general ?? json }
        for location in known { refusals[location] = refusals[location] ?? json }
    }

    /// Whether the payer has not come to the resources at all, judged by codes about fetching them: then the same may
    /// be submitted again.
    var isOfTheWay: Bool {
        guard refusals.isEmpty, let outcome = general.flatMap(OperationOutcome.init) else { return false }
        return outcome.issues.filter { $0.severity >= .error }.allSatisfy { Self.wayCodes.contains($0.code) }
    }

    private static let wayCodes: Set = [
        "transient", "timeout", "lock-error", "no-store", "exception", "incomplete", "throttled", "not-found",
        "deleted", "login",
    ]

    /// The verdict as a batch-response: 422 for each resource that was not taken.
    var answer: JSONValue {
        let responses = entries.map { entry -> JSONValue in
            if let outcome = refusals[entry.location] ?? general {
                return ["response": ["status": "422", "outcome": outcome]]
            }
            return ["response": ["status": entry.isDeleted ? "204" : "200", "location": .string(entry.location)]]
        }
        return ["resourceType": "Bundle", "type": "batch-response", "entry": .array(responses)]
    }

    /// The sources that an outcome names, for itself or by issue.
    private static func sources(of json: JSONValue) -> [String] {
        let holders = [json] + (json["issue"]?.elements ?? [])
        return holders.flatMap { $0["extension"]?.elements ?? [] }
            .filter { $0["url"]?.string?.hasSuffix("/operationoutcome-sourceResource") == true }
            .compactMap {
                $0["valueReference"]?["reference"]?.string ?? $0["valueUri"]?.string ?? $0["valueUrl"]?.string
            }
    }

    private func location(_ text: String) -> String? {
        guard case .local(let type, let id, _) = Reference(parsing: text).relative(to: base) else { return nil }
        return "\(type)/\(id)"
    }
}
