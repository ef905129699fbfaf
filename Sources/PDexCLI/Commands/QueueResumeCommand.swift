import ArgumentParser
import FHIR
import Jobs

/// `pdex queue resume`: lets a paused payer, job or lane continue.
struct QueueResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a payer, a job or a lane go on that was paused.",
        discussion: HelpText.with(
            "The service goes on with what is due; the limits of the job on rate and concurrency hold.",
            examples: ["pdex queue resume payer med0"]))

    @OptionGroup var target: QueueTarget
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        // A job or payer that is no longer configured can be resumed as well.
        let wasHeld = try await Assembly(configuration.load()).operations.resume(target.subject, target.name)
        output.results.write(
            target.json(["paused": false, "changed": .bool(wasHeld)]),
            text: wasHeld ? "\(target.words) goes on" : "\(target.words) was not paused")
    }
}
