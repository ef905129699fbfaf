import ArgumentParser
import Jobs
import PDex

/// `pdex requests cancel`: takes a request back.
struct RequestsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Take a member request back; what is being sent at this moment may still arrive.",
        discussion: HelpText.with(examples: [
            "pdex requests cancel ID --reason 'asked for the wrong member'"
        ]))

    @Argument(help: "The id of the request.")
    var id: String

    @OptionGroup var why: ReasonOption
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let assembly = try Assembly(configuration.load())
        _ = try await assembly.operations.cancel(request: id, reason: why.reason)
        let detail = try await assembly.operations.show(request: id)
        let sheet = RequestSheet(detail: detail, now: assembly.clock.now(), options: configuration.repeated)
        output.results.write(sheet.json, text: sheet.text)
    }
}
