import ArgumentParser

/// `pdex audit`: who did what.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Give the audit trail to those who read FHIR.",
        discussion: HelpText.with(examples: ["pdex audit export --since 1d"]),
        subcommands: [AuditExportCommand.self])
}
