import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex exchanges list`: the newest exchanges that match.
struct ExchangesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List exchanges, the newest first.",
        discussion: HelpText.with(examples: [
            "pdex exchanges list --state parked --state retrying",
            "pdex exchanges list --where 'fault:payer.refused since:2d' --output jsonl",
        ]))

    @OptionGroup var selection: ExchangeSelection
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let assembly = try Assembly(configuration.load())
        // One more tells whether there are more.
        let found = try await assembly.operations.exchanges(selection.filter(assembly), limit: limit + 1)
        let exchanges = Array(found.prefix(limit))
        if exchanges.isEmpty { try selection.demandNames(assembly.configuration) }
        output.results.write(list: exchanges.map(\.json), text: text(of: exchanges, isCut: found.count > limit))
    }

    private var limit: Int { selection.limit ?? 50 }

    private func text(of exchanges: [Exchange], isCut: Bool) -> String {
        guard !exchanges.isEmpty else { return "no such exchanges" }
        var table = TextTable(["exchange", "state", "reason", "job", "payer", "updated"])
        for exchange in exchanges {
            let reason = exchange.reason?.rawValue ?? exchange.takesBackFor.map { "takes back: \($0.rawValue)" } ?? ""
            table.add(
                exchange.id, exchange.state.rawValue, reason, exchange.job, exchange.payer, exchange.updated.text)
        }
        return table.text() + (isCut ? "\n(the newest \(limit); --limit shows more)" : "")
    }
}
