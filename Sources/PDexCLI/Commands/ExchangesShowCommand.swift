import ArgumentParser
import Jobs
import PDex

/// `pdex exchanges show`: one exchange with everything that happened to it.
struct ExchangesShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one exchange: why it stands where it stands, what was sent, what was answered.",
        discussion: HelpText.with(examples: ["pdex exchanges show ID", "pdex exchanges show ID --output json"]))

    @Argument(help: "The exchange, as exchanges list shows it; its first 6 characters are enough.")
    var id: String

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let detail = try await Assembly(configuration.load()).operations.show(id)
        let text = ExchangeSheet(detail: detail, options: configuration.repeated).text
        output.results.write(detail.json, text: text)
    }
}
