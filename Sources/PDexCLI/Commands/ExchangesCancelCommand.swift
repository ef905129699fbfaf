import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex exchanges cancel`: takes an exchange back before it is delivered.
struct ExchangesCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Take an exchange back: nothing more of it is sent.",
        discussion: HelpText.with(
            "Who did it and why stays in the audit trail; the reason must not name a person. What the payer has taken "
                + "already stays there.",
            examples: ["pdex exchanges cancel ID --reason \"the payer asked us to wait\""]))

    @Argument(help: "The exchange, as exchanges list shows it; its first 6 characters are enough.")
    var id: String

    @OptionGroup var why: ReasonOption
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let outcome = try await Assembly(configuration.load()).operations.cancel(id, reason: why.reason)
        var object = outcome.exchange.json.object ?? [:]
        object["under-way"] = .number(JSONNumber(outcome.underWay))
        let late =
            outcome.underWay > 0
            ? "\n  \(outcome.underWay.of("bundle")) of it may still arrive: the payer is being spoken to" : ""
        output.results.write(.object(object), text: "exchange \(outcome.exchange.id) · cancelled" + late)
    }
}
