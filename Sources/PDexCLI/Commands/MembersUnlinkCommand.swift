import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex members unlink`: an operator says who a patient is not.
struct MembersUnlinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlink",
        abstract: "Keep a patient apart from every member, whatever the rules say.",
        discussion: HelpText.with(
            "Nothing more of the patient is sent to the payer until it is linked again, or  --to-rules  lets the rules "
                + "decide. What the payer has taken already stays there.",
            examples: [
                "pdex members unlink 4711 --reason \"twin's card\"",
                "pdex members unlink 4711 --to-rules --reason \"chart corrected\"",
            ]))

    @Argument(help: "The patient: its id at the clinic, or its key.")
    var patient: String

    @Flag(help: "Forget what was decided by hand: the rules decide again.")
    var toRules = false

    @OptionGroup var why: ReasonOption
    @OptionGroup var members: MemberOptions

    func run() async throws {
        if toRules {
            try await members.reaching { [patient, reason = why.reason] in
                try await $0.undecide(patient, job: $1, reason: reason)
            }
            members.output.results.write(["to-rules": true], text: "the rules decide again who that patient is")
        } else {
            let link = try await members.reaching { [patient, reason = why.reason] in
                try await $0.unlink(patient, job: $1, reason: reason)
            }
            members.output.results.write(
                link.json, text: "patient \(link.patient) is kept apart from every member of \(link.route.payer)")
        }
    }
}
