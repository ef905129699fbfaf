import ArgumentParser

/// `pdex exchanges`: what is under way, and the outcomes.
struct ExchangesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchanges",
        abstract: "Look at exchanges: one member's data on its way to one payer.",
        discussion: HelpText.with(examples: [
            "pdex exchanges list --state parked", "pdex exchanges show 3k5…",
        ]),
        subcommands: [ExchangesListCommand.self, ExchangesShowCommand.self, ExchangesCancelCommand.self],
        defaultSubcommand: ExchangesListCommand.self)
}
