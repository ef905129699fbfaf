import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex runs`: what the jobs did, and how their exchanges stand now.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List runs, see how the exchanges of one stand now, and take a replay back.",
        discussion: HelpText.with(examples: ["pdex runs list --job nightly-payer-sync", "pdex runs show ID"]),
        subcommands: [List.self, RunsShowCommand.self, RunsCancelCommand.self], defaultSubcommand: List.self)

    /// `pdex runs list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List runs, the newest first.",
            discussion: HelpText.with(examples: ["pdex runs list", "pdex runs list --limit 7 --output jsonl"]))

        @Option(help: ArgumentHelp("Only of this job.", valueName: "name"))
        var job: String?

        @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
        var limit = 20

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let runs = try await Assembly(configuration.load()).operations.runs(job: job, limit: limit)
            output.results.write(list: runs.map(\.json), text: text(of: runs))
        }

        private func text(of runs: [Run]) -> String {
            guard !runs.isEmpty else { return "no such runs" }
            var table = TextTable(["run", "job", "why", "for", "state"])
            for run in runs {
                table.add(run.id, run.job, run.trigger.rawValue, run.instant.text, run.state.rawValue)
            }
            return table.text()
        }
    }
}

extension Run {
    /// The run as JSON, without its summary.
    var json: JSONValue {
        [
            "run": .string(id), "job": .string(job), "trigger": .string(trigger.rawValue), "clinic": .string(clinic),
            "payer": .string(payer), "instant": .string(instant.text), "state": .string(state.rawValue),
        ]
    }
}
