import ArgumentParser
import Jobs
import PDex
import Pipeline

/// `pdex run`: one job, now.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a job now, or go on with its interrupted run.",
        discussion: HelpText.with(examples: [
            "pdex run nightly-payer-sync", "pdex run nightly-payer-sync --dry-run",
            "pdex run nightly-payer-sync --output json | jq .balanced",
        ]))

    @Argument(help: "The name of a job in jobs/.")
    var job: String

    @Flag(help: "Pull and decide, but make no exchanges and send nothing.")
    var dryRun = false

    @Flag(help: "Begin also in the quiet hours of the clinic.")
    var ignoreQuietHours = false

    @Option(
        help: ArgumentHelp(
            "When everything is fetched again and more than so many resources do not come, none of them is taken for deleted.",
            valueName: "count"))
    var mostMissing = ExchangePipeline.usualMostMissing

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (0...10_000_000).contains(mostMissing) else {
            throw ValidationError("--most-missing is from 0 to 10000000.")
        }
    }

    func run() async throws {
        DescriptorLimit.raise()
        let progress = output.progress
        let (report, heldBack) = try await configuration.reaching {
            [job, dryRun, ignoreQuietHours, mostMissing, output] configuration in
            let known = try JobFolder.job(job, among: JobFolder.load(configuration))
            progress.say("\(job): \(known.clinic) → \(known.payer)")
            let assembly = try Assembly(
                configuration, ignoresQuietHours: ignoreQuietHours, mostMissing: mostMissing, observer: progress.show)
            let report: RunReport = try await output.reporting(progress) {
                try await assembly.servers.approach(job)
                return try await assembly.servingFiles(note: { progress.say($0) }) {
                    let operations = assembly.operations
                    guard !dryRun else { return try await operations.run(job: job, dryRun: true) }
                    return try await operations.settling { try await operations.run(job: job) }
                }
            }
            // The report is told even if the queue cannot be read any more.
            guard let queue = try? await assembly.operations.queue() else { return (report, HeldBack.nothing) }
            return (report, HeldBack(known, holds: queue.holds, breakers: queue.breakers, at: assembly.clock.now()))
        }
        progress.end()
        var sheet = BalanceSheet(report: report, options: configuration.repeated, isDryRun: dryRun)
        sheet.heldBack = heldBack
        output.results.write(report.json, text: sheet.text)
        try Ending.check(CommandStatus(report.state))
    }
}
