import ArgumentParser

/// `pdex requests`: what was asked for, and where it stands.
struct RequestsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "Look at member requests: what was asked for, by when it is due, and what came of it.",
        discussion: HelpText.with(examples: ["pdex requests list --state requested", "pdex requests show 3k5…"]),
        subcommands: [RequestsListCommand.self, RequestsShowCommand.self, RequestsCancelCommand.self],
        defaultSubcommand: RequestsListCommand.self)
}
