import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex replay`: makes exchanges anew and delivers them.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Make exchanges anew from what is staged, and deliver them.",
        discussion: HelpText.with(
            "Coverage, consent and mapping are looked at again: a replay never sends what may not be sent now.",
            examples: [
                "pdex replay ID", "pdex replay --state parked --reason payer.refused --dry-run",
                "pdex replay --state parked --reason payer.refused --yes",
            ]))

    @Argument(help: "Exchanges, as exchanges list shows them; their first 6 characters are enough.")
    var ids: [String] = []

    @Flag(help: "Only say which would be replayed.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do not ask before replaying what --state and --reason select.")
    var yes = false

    @OptionGroup(title: "Instead of ids") var selection: ExchangeSelection
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard ids.isEmpty != selection.isEmpty else {
            throw ValidationError("Name exchanges by their ids, or select them with --state and --reason.")
        }
    }

    func run() async throws {
        let progress = output.progress
        let outcomes = try await configuration.reaching { [self] configuration in
            let assembly = try Assembly(configuration, observer: progress.show)
            let chosen = try await chosen(assembly.operations)
            progress.say("replaying \(chosen.count.of("exchange"))")
            return try await assembly.operations.replay(chosen, dryRun: dryRun)
        }
        progress.end()
        output.results.write(list: outcomes.map(\.json), text: text(of: outcomes))
        try Ending.check(Self.status(of: outcomes))
    }

    private func chosen(_ operations: Operations) async throws -> [String] {
        guard ids.isEmpty else { return ids }
        let found = try await operations.exchanges(selection.filter, limit: selection.limit)
            .filter(\.state.isReplayable).map(\.id)
        guard dryRun || yes || found.isEmpty || Question.ask("Replay \(found.count.of("exchange"))?") else {
            throw Fault(
                .usage, .stop, "Nothing was replayed: nobody said yes.",
                hint: "Look first with --dry-run, then give --yes.")
        }
        return found
    }

    private func text(of outcomes: [ReplayOutcome]) -> String {
        guard !outcomes.isEmpty else { return "no such exchanges" }
        var table = TextTable()
        for outcome in outcomes {
            switch outcome {
            case .eligible(let id): table.add(id, "would be replayed")
            case .refused(let id, let why): table.add(id, "not replayed: \(why)")
            case .replayed(let id, let new):
                let reason = new.reason.map { " (\($0.rawValue))" } ?? ""
                table.add(id, "replayed by \(new.id)", new.state.rawValue + reason)
            }
        }
        return table.text()
    }

    /// Partial when anything was refused or did not arrive.
    static func status(of outcomes: [ReplayOutcome]) -> CommandStatus {
        let isWhole = outcomes.allSatisfy {
            switch $0 {
            case .eligible: true
            case .refused: false
            case .replayed(_, let new): new.state == .acknowledged
            }
        }
        return isWhole ? .success : .partial
    }
}

extension ReplayOutcome {
    /// As programs read it.
    fileprivate var json: JSONValue {
        switch self {
        case .eligible(let id): ["id": .string(id), "outcome": "eligible"]
        case .refused(let id, let why): ["id": .string(id), "outcome": "refused", "why": .string(why)]
        case .replayed(let id, let new): ["id": .string(id), "outcome": "replayed", "by": new.json]
        }
    }
}
