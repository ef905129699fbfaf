import ArgumentParser
import FHIR
import Jobs
import PDex
import Pipeline

/// `pdex members link`: an operator says who a patient is.
struct MembersLinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Say which member a patient is; this wins over every rule.",
        discussion: HelpText.with(
            "Who did it and why stays in the audit trail; the reason must not name a person. What is parked goes on with "
                + "the next run or a replay.",
            examples: ["pdex members link pat-000012 mem-000012 --reason \"card and passport seen\""]))

    @Argument(help: "The patient: its id at the clinic, or its key.")
    var patient: String

    @Argument(help: "The member: its id at the payer, or its key.")
    var member: String

    @OptionGroup var why: ReasonOption
    @OptionGroup var members: MemberOptions

    func run() async throws {
        let (link, misplaced) = try await members.reaching { [patient, member, reason = why.reason] in
            (
                try await $0.link(patient, to: member, job: $1, reason: reason),
                try await $0.explain(patient, job: $1, withValues: false).misplaced
            )
        }
        members.output.results.write(
            link.json(misplaced),
            text: "patient \(link.patient) is member \(link.member?.description ?? "") of \(link.route.payer)"
                + (misplaced.map { "\n" + $0 } ?? ""))
    }
}

extension MemberLink {
    /// The link as JSON, with what the payer holds but should not.
    func json(_ misplaced: String?) -> JSONValue {
        [
            "clinic": .string(route.clinic), "payer": .string(route.payer), "patient": .string(patient.description),
            "member": member.map { .string($0.description) } ?? .null, "reason": .string(reason),
            "actor": .string(actor), "at": .string(at.text), "misplaced": misplaced.map { .string($0) } ?? .null,
        ]
    }
}
