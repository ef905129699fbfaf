import ArgumentParser
import Jobs
import PDex
import Pipeline

/// `pdex plan`: how a job would pull from its clinic and deliver to its payer.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Ask clinic and payer what they offer, and say which way a job will pull and deliver, and why.",
        discussion: HelpText.with(examples: [
            "pdex plan nightly-payer-sync", "pdex plan nightly-payer-sync --output json | jq .way",
            "pdex plan nightly-payer-sync --output json | jq .delivery.offered",
        ]))

    @Argument(help: "The name of a job in jobs/.")
    var job: String

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let sheet = try await configuration.reaching { [job] configuration in
            _ = try JobFolder.job(job, among: JobFolder.load(configuration))
            let assembly = try Assembly(configuration)
            let operations = assembly.operations
            try await assembly.servers.approach(job)
            return PlanSheet(
                outlook: try await operations.plan(job: job),
                delivery: DeliverySheet(outlook: try await operations.deliveryPlan(job: job)))
        }
        output.results.write(sheet.json, text: sheet.text)
    }
}
