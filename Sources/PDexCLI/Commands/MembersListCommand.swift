import ArgumentParser
import FHIR
import Jobs
import PDex
import Pipeline

/// `pdex members list`: the payer's members by key.
struct MembersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the payer's members, by their keys; nothing names a person.",
        discussion: HelpText.with(examples: ["pdex members list --limit 20", "pdex members list --after KEY"]))

    @Option(help: ArgumentHelp("Only those behind this key, for the next page.", valueName: "key"))
    var after: String?

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit = 50

    @OptionGroup var members: MemberOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 100000.") }
        guard after.map({ ResourceKey($0) != nil }) ?? true else {
            throw ValidationError("--after is a key of sixteen digits, as this list shows it.")
        }
    }

    func run() async throws {
        let key = after.flatMap { ResourceKey($0) }
        let page = try await members.reaching { [limit] in try await $0.members(job: $1, after: key, limit: limit) }
        members.output.results.write(list: page.map { $0.json(withValues: false) }, text: text(of: page))
    }

    private func text(of page: [MemberSummary]) -> String {
        guard !page.isEmpty else {
            return "no members; read them with  \(members.configuration.command("members import"))"
        }
        var table = TextTable(["member", "coverages", "active", "consents", "linked"], rightAligned: [1, 2, 3])
        for member in page {
            let active = member.coverages.count { $0.coverage.status == "active" }
            table.add(
                member.key.description, "\(member.coverages.count)", "\(active)", "\(member.consents)",
                member.link?.patient.description ?? "")
        }
        return table.text()
    }
}
