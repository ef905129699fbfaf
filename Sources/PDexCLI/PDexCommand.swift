import ArgumentParser

/// `pdex` itself: its commands, in the order in which they are needed.
struct PDexCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pdex",
        abstract: "Carries clinics' visits to payers, by the Da Vinci PDex implementation guide, in batches.",
        discussion: HelpText.with(examples: [
            "pdex demo                           # a night between invented servers",
            "pdex config check && pdex doctor    # is everything in place?",
            "pdex run nightly-payer-sync         # one job, now",
            "pdex exchanges list --state parked  # what waits for an operator",
            "pdex serve                          # all jobs, on their schedules",
        ]),
        version: Version.current,
        groupedSubcommands: [
            CommandGroup(name: "Try", subcommands: [DemoCommand.self, SandboxCommand.self]),
            CommandGroup(
                name: "Run", subcommands: [PlanCommand.self, RunCommand.self, RequestCommand.self, ServeCommand.self]),
            CommandGroup(
                name: "Look after",
                subcommands: [
                    RequestsCommand.self, RunsCommand.self, ExchangesCommand.self, ReplayCommand.self,
                    MembersCommand.self, ConsentCommand.self, QueueCommand.self,
                    AuditCommand.self, StoreCommand.self,
                ]),
            CommandGroup(
                name: "Set up",
                subcommands: [
                    ConfigCommand.self, KeysCommand.self, APICommand.self, AuthCommand.self, JobsCommand.self,
                    MappingsCommand.self, ValidateCommand.self, DoctorCommand.self,
                ]),
        ])
}
