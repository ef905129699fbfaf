import ArgumentParser
import FHIR
import Jobs
import PDex
import Pipeline

/// `pdex consent explain`: which of a patient's data may go, and why the rest may not.
struct ConsentExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain what of a patient's data may go to the payer now, and why not the rest.",
        discussion: HelpText.with(
            "What each recorded consent says, which of them governs, and which resources stay behind for which category. "
                + "Decided anew from what is in the store; nothing is sent.",
            examples: ["pdex consent explain pat-000012", "pdex consent explain pat-000012 --values"]))

    @Argument(help: "The patient: its id at the clinic, or its key.")
    var patient: String

    @Flag(help: "Show the label, code or place that was found, too: it tells of a person.")
    var values = false

    @OptionGroup var members: MemberOptions

    func run() async throws {
        let explained = try await members.reaching { [patient] in
            (job: $1, consent: try await $0.explainConsent(patient, job: $1))
        }
        members.output.results.write(
            explained.consent.json(job: explained.job, values), text: explained.consent.text(job: explained.job, values)
        )
    }
}

extension ConsentExplanation {
    fileprivate func text(job: String, _ values: Bool) -> String {
        var lines = ["patient \(patient) by \(job), \(policy.rawValue)"]
        if let evidence { lines.append("  " + (reason == nil ? "permitted: " : "withheld: ") + evidence.words) }
        if let detail { lines.append("  " + detail) }
        if let reason { lines.append("  docs: " + Fault(reason, .withhold, "").documentation) }
        lines.append("consents")
        var table = TextTable()
        for item in said { table.add(item.consent.description, item.versionID ?? "", item.verdict.words) }
        if !said.isEmpty { lines.append(table.text(indent: "  ")) }
        lines.append("\(covered.of("resource")) may go, \(held.count.grouped) stay")
        var kept = TextTable()
        for item in held {
            kept.add(
                item.type, item.key.description, item.finding.category, item.via.map { "by way of \($0)" } ?? "",
                values ? item.finding.cause : "")
        }
        if !held.isEmpty { lines.append(kept.text(indent: "  ")) }
        return lines.joined(separator: "\n")
    }

    fileprivate func json(job: String, _ values: Bool) -> JSONValue {
        [
            "job": .string(job), "patient": .string(patient.description), "policy": .string(policy.rawValue),
            "reason": reason.map { .string($0.rawValue) } ?? .null, "detail": detail.map { .string($0) } ?? .null,
            "decision": evidence.map { .string($0.words) } ?? .null,
            "consents": .array(
                said.map {
                    [
                        "consent": .string($0.consent.description),
                        "version": $0.versionID.map { .string($0) } ?? .null, "says": .string($0.verdict.words),
                    ]
                }),
            "covered": .number(JSONNumber(covered)),
            "held": .array(
                held.map {
                    [
                        "type": .string($0.type), "key": .string($0.key.description),
                        "category": .string($0.finding.category), "released-by": .string($0.finding.release.rawValue),
                        "via": $0.via.map { .string($0.description) } ?? .null,
                        "cause": values ? .string($0.finding.cause) : .null,
                    ]
                }),
        ]
    }
}

extension ConsentVerdict {
    fileprivate var words: String {
        switch self {
        case .permits(_, let rule): "permits: " + rule
        case .denies(let why): "denies: " + why
        case .withdrawn(let why): "withdrawn: " + why
        case .ended(let why): "ended: " + why
        case .silent(let code, let why): "\(code.rawValue): " + why
        case .excepts(let why): "\(FaultCode.consentOutOfScope.rawValue): " + why
        case .void(let why): "says nothing any more: " + why
        }
    }
}
