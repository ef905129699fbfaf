import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex runs show`: one run, and where its members' exchanges stand now.
struct RunsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one run, and how its members' exchanges stand now; without an ID, all exchanges of the store.",
        discussion: HelpText.with(
            "What a run came to is shown as it was when it ended, or what stopped it. The sums below that are counted when "
                + "you ask, so that they also hold in the middle of a night.",
            examples: ["pdex runs show ID", "pdex runs show"]))

    @Argument(help: "The id of the run, as  pdex runs list  shows it.")
    var id: String?

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let operations = try Assembly(configuration.load()).operations
        let found: (run: Run, tally: [ExchangeTally])? = if let id { try await operations.run(id) } else { nil }
        let tally = if let found { found.tally } else { try await operations.balance() }
        let holds = try await operations.queue().holds
        let replayed = if let id { try await operations.progress(ofReplay: id) } else { [ReplayItem.Outcome: Int]() }
        let obstacle: Obstacle? = if let id { try await operations.obstacle(ofRun: id) } else { nil }
        let sheet = StandingSheet(
            run: found?.run, tally: tally, holds: holds, replayed: replayed, obstacle: obstacle)
        output.results.write(sheet.json, text: sheet.text)
    }
}
