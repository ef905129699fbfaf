import ArgumentParser
import FHIR
import Jobs

/// `pdex runs cancel`: takes a replay back.
struct RunsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Take a replay back: exchanges whose turn has not come stay as they are.",
        discussion: HelpText.with(
            "What it has made already is delivered; pdex exchanges cancel takes back one of those.",
            examples: ["pdex runs cancel ID --reason \"the wrong payer\""]))

    @Argument(help: "The run of the replay, as  pdex runs list  shows it.")
    var id: String

    @OptionGroup var reason: ReasonOption
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let left = try await Assembly(configuration.load()).operations.cancel(replay: id, reason: reason.reason)
        output.results.write(
            ["run": .string(id), "left": .number(JSONNumber(left))],
            text: "replay \(id) · taken back, \(left.of("exchange")) left as they are")
    }
}
