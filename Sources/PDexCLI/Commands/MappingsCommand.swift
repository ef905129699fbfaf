import ArgumentParser

/// `pdex mappings`: the rules by which resources are mapped.
struct MappingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mappings",
        abstract: "Check mapping files, test and compare them, and see what they do to a resource.",
        discussion: HelpText.with(examples: [
            "pdex mappings lint", "pdex mappings test us-core-6.1.0", "pdex mappings explain encounter.json",
            "pdex mappings diff us-core-6.1.0 us-core-7.0.0",
        ]),
        subcommands: [
            MappingsLintCommand.self, MappingsTestCommand.self, MappingsExplainCommand.self, MappingsDiffCommand.self,
        ])
}
