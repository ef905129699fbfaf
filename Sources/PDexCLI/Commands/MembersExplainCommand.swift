import ArgumentParser
import FHIR
import Jobs
import PDex
import Pipeline

/// `pdex members explain`: why a patient is or is not taken for a member.
struct MembersExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain why a patient is or is not taken for a member.",
        discussion: HelpText.with(
            "Each rule of the job with what it looked for, how many it found, and why it decided so. Decided anew from "
                + "what is in the store; nothing is sent.",
            examples: ["pdex members explain pat-000012", "pdex members explain pat-000012 --values"]))

    @Argument(help: "The patient: its id at the clinic, or its key.")
    var patient: String

    @Flag(help: "Show the values that were looked for, too: they are a person's.")
    var values = false

    @OptionGroup var members: MemberOptions

    func run() async throws {
        let explained = try await members.reaching { [patient, values] in
            (job: $1, match: try await $0.explain(patient, job: $1, withValues: values))
        }
        members.output.results.write(
            explained.match.json(job: explained.job), text: explained.match.text(job: explained.job))
    }
}

extension MatchExplanation {
    fileprivate func text(job: String) -> String {
        var lines = ["patient \(patient) by the rules of \(job)", "  " + verdict]
        if let evidence { lines.append("  " + evidence.words) }
        if let reason { lines.append("  docs: " + Fault(reason, .park, "").documentation) }
        if let misplaced { lines.append("  " + misplaced) }
        lines.append("looked for")
        for item in looked {
            lines.append("  \(item.rule.rawValue): \(item.count.of("value"))")
            lines += item.values.map { "    " + $0 }
        }
        return (lines + ["then"] + steps.map { "  " + $0 }).joined(separator: "\n")
    }

    fileprivate func json(job: String) -> JSONValue {
        [
            "job": .string(job), "patient": .string(patient.description), "verdict": .string(verdict),
            "misplaced": misplaced.map { .string($0) } ?? .null,
            "reason": reason.map { .string($0.rawValue) } ?? .null, "match": evidence.map(\.json) ?? .null,
            "looked": .array(
                looked.map {
                    [
                        "rule": .string($0.rule.rawValue), "count": .number(JSONNumber($0.count)),
                        "values": .array($0.values.map { .string($0) }),
                    ]
                }),
            "steps": .array(steps.map { .string($0) }),
        ]
    }
}
