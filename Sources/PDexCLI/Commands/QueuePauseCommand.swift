import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex queue pause`: stops claiming submissions for a payer, job or lane.
struct QueuePauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Hold a payer, a job or a lane back until it is resumed.",
        discussion: HelpText.with(
            "It holds over restarts and for every process on the store. What is on its way ends as ever, exchanges are "
                + "still made, and nothing that waits is lost or counted as an attempt.",
            examples: [
                "pdex queue pause payer med0 --reason \"announced outage\"",
                "pdex queue pause job nightly-payer-sync --reason \"mapping under review\"",
                "pdex queue pause lane nightly --reason \"requests first, today\"",
            ]))

    @OptionGroup var target: QueueTarget
    @OptionGroup var why: ReasonOption
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let settings = try configuration.load()
        try target.insist(on: JobFolder.load(settings))
        let isNew = try await Assembly(settings).operations.pause(target.subject, target.name, reason: why.reason)
        output.results.write(
            target.json(["paused": true, "changed": .bool(isNew)]),
            text: isNew ? "\(target.words) is paused" : "\(target.words) was paused already")
    }
}
