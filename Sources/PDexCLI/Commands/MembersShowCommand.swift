import ArgumentParser
import FHIR
import Jobs
import PDex
import Pipeline

/// `pdex members show`: one member with its coverage, current and past.
struct MembersShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one of the payer's members: its coverage, and what that was before.",
        discussion: HelpText.with(examples: ["pdex members show KEY", "pdex members show m-0815 --values"]))

    @Argument(help: "The member: its id at the payer, its key, or the key of the patient who is taken for it.")
    var member: String

    @Flag(help: "Show names, numbers and dates, too: they are a person's.")
    var values = false

    @OptionGroup var members: MemberOptions

    func run() async throws {
        let found = try await members.reaching { [member] in try await $0.member(member, job: $1) }
        members.output.results.write(found.json(withValues: values), text: found.text(withValues: values))
    }
}
