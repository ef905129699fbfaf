import ArgumentParser
import FHIR
import Jobs
import PDex
import Pipeline

/// `pdex members unlink`: an operator says who a patient is not.
struct MembersUnlinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlink",
        abstract: "Keep a patient apart from every member, whatever the rules say.",
        discussion: HelpText.with(
            "Nothing more of the patient is sent to the payer until it is linked again, or  --to-rules  lets the rules "
                + "decide. What the payer has already is taken back by the next run, if  after-revocation  of the payer "
                + "says so; what it is, and what becomes of it, is printed.",
            examples: [
                "pdex members unlink pat-000012 --reason \"twin's card\"",
                "pdex members unlink pat-000012 --to-rules --reason \"chart corrected\"",
            ]))

    @Argument(help: "The patient: its id at the clinic, or its key.")
    var patient: String

    @Flag(help: "Forget what was decided by hand: the rules decide again.")
    var toRules = false

    @OptionGroup var why: ReasonOption
    @OptionGroup var members: MemberOptions

    func run() async throws {
        if toRules {
            let misplaced = try await members.reaching { [patient, reason = why.reason] in
                try await $0.undecide(patient, job: $1, reason: reason)
                return try await $0.explain(patient, job: $1, withValues: false).misplaced
            }
            members.output.results.write(
                ["to-rules": true, "misplaced": misplaced.map { .string($0) } ?? .null],
                text: "the rules decide again who that patient is" + (misplaced.map { "\n" + $0 } ?? ""))
        } else {
            let (link, misplaced) = try await members.reaching { [patient, reason = why.reason] in
                (
                    try await $0.unlink(patient, job: $1, reason: reason),
                    try await $0.explain(patient, job: $1, withValues: false).misplaced
                )
            }
            members.output.results.write(
                link.json(misplaced),
                text: "patient \(link.patient) is kept apart from every member of \(link.route.payer)"
                    + (misplaced.map { "\n" + $0 } ?? ""))
        }
    }
}
