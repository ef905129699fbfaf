import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex audit export`: the audit trail as FHIR AuditEvents, a line each (AU-11).
struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the audit trail as FHIR R4 AuditEvents, oldest first.",
        discussion: HelpText.with(
            "One AuditEvent an entry, after IHE's Basic Audit Log Patterns, as NDJSON whatever --output says. "
                + "Patients and members are named by their ids: what is written tells who is a patient where, so keep it as "
                + "closely as the store.",
            examples: [
                "pdex audit export --since 1d > audit.ndjson", "pdex audit export --exchange 3k5…",
                "pdex audit export --member pat-000012 --since 2026-06-01 --until 2026-07-01",
            ]))

    @Option(help: ArgumentHelp("From then on: so long ago (12h, 2d), a day or an instant.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Before then.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Only of this run.", valueName: "id"))
    var run: String?

    @Option(help: ArgumentHelp("Only of this exchange; its first 6 characters are enough.", valueName: "id"))
    var exchange: String?

    @Option(
        help: ArgumentHelp(
            "Only about this person: the id at a clinic or a payer, or the key.", valueName: "id"))
    var member: String?

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard exchange == nil || run == nil && member == nil else {
            throw ValidationError("--exchange says whose and of which run: leave out --run and --member.")
        }
    }

    func run() async throws {
        let configuration = try configuration.load()
        _ = try Assembly.store(of: configuration)
        let operations = try Assembly(configuration).operations
        let servers = configuration.clinics.map(\.server) + configuration.payers.map(\.server)
        let selection = try operations.auditSelection(
            since: since, until: until, run: run, exchange: exchange, member: member, among: servers.map(\.name))
        let writer = AuditEventWriter(AuditParties(servers.map(\.party)))
        let lines = Results(format: .jsonl, isColoured: false)
        _ = try await operations.audit(selection) { page in
            for line in page { lines.write(writer.event(line), text: "") }
        }
    }
}
