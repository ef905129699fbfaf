import ArgumentParser
import Jobs
import PDex

/// `pdex requests show`: one request, and its outcome so far.
struct RequestsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one member request, and what came of it.",
        discussion: HelpText.with(examples: ["pdex requests show 5rcbtxolqthslplbq6cirb7ais"]))

    @Argument(help: "The id of the request.")
    var id: String

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let assembly = try Assembly(configuration.load())
        let detail = try await assembly.operations.show(request: id)
        let sheet = RequestSheet(detail: detail, now: assembly.clock.now(), options: configuration.repeated)
        output.results.write(sheet.json, text: sheet.text)
    }
}
