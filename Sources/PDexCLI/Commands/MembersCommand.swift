import ArgumentParser

/// `pdex members`: who is which member, and why.
struct MembersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members",
        abstract: "Look at a payer's members, and decide who is one.",
        discussion: HelpText.with(examples: [
            "pdex members import", "pdex members explain pat-000012",
            "pdex members link pat-000012 mem-000012 --reason \"card seen\"",
        ]),
        subcommands: [
            MembersImportCommand.self, MembersListCommand.self, MembersShowCommand.self, MembersExplainCommand.self,
            MembersMatchCommand.self, MembersFetchCommand.self,
            MembersLinkCommand.self, MembersUnlinkCommand.self,
        ])
}
