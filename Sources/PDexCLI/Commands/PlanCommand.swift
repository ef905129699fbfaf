import ArgumentParser
import Jobs
import PDex
import Pipeline

/// `pdex plan`: how a job would pull its clinic.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Ask the clinic what it offers, and say which way a job will pull it and why.",
        discussion: HelpText.with(examples: [
            "pdex plan nightly-payer-sync", "pdex plan nightly-payer-sync --output json | jq .way",
        ]))

    @Argument(help: "The name of a job in jobs/.")
    var job: String

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let outlook = try await configuration.reaching { [job] configuration in
            _ = try JobFolder.job(job, among: JobFolder.load(configuration))
            return try await Assembly(configuration).operations.plan(job: job)
        }
        let sheet = PlanSheet(outlook: outlook)
        output.results.write(sheet.json, text: sheet.text)
    }
}
