import ArgumentParser

/// `pdex consent`: what may go to a payer, and why.
struct ConsentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent",
        abstract: "Look at what members permit.",
        discussion: HelpText.with(examples: ["pdex consent explain pat-000012"]),
        subcommands: [ConsentExplainCommand.self])
}
