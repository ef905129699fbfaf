import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex replay`: makes exchanges again and delivers them.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Make exchanges anew, or send them again, and deliver them.",
        discussion: HelpText.with(
            "Coverage and consent are decided again: a replay never sends what may not be sent now. It is kept before it "
                + "begins; interrupted, the same command goes on, or pdex serve does.",
            examples: [
                "pdex replay ID --reason \"corrected at the clinic\"",
                "pdex replay --where 'state:parked fault:payer.refused since:2d' --dry-run",
                "pdex replay ID --failed-entries --reason \"the payer knows the codes now\"",
                "pdex replay --where 'state:parked payer:med0' --reason \"outage of med0\" --yes",
            ]))

    @Argument(help: "Exchanges, as exchanges list shows them; their first 6 characters are enough.")
    var ids: [String] = []

    @Option(help: ArgumentHelp("Where to begin: pull, join, map or submit.", valueName: "step"))
    var from: Replay.Step?

    @Flag(help: "Send the same bytes again; only where nobody knows whether they arrived. As --from submit.")
    var asSent = false

    @Flag(help: "Send only the entries that the payer did not take; where it takes bundles entry by entry.")
    var failedEntries = false

    @Flag(help: "Replay also what was made with other mappings than those of today.")
    var acceptMappingChanges = false

    @Option(
        help: ArgumentHelp(
            "Why, for the audit trail: one line of at most 200 characters that names no person.", valueName: "text"))
    var reason: String?

    @Flag(help: "Only say what would come of it, by what is in the store.")
    var dryRun = false

    @Flag(help: "Leave it to pdex serve.")
    var queue = false

    @Flag(name: .shortAndLong, help: "Do not ask before replaying what was selected.")
    var yes = false

    @OptionGroup(title: "Instead of ids") var selection: ExchangeSelection
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard ids.isEmpty != selection.isEmpty else {
            throw ValidationError("Name exchanges by their ids, or select them with --where.")
        }
        guard from == nil || !asSent else { throw ValidationError("--from and --as-sent exclude each other.") }
        guard !failedEntries || !asSent && from != .submit else {
            throw ValidationError("--failed-entries makes anew what failed; --as-sent sends everything as it was.")
        }
        guard dryRun || reason != nil else {
            throw ValidationError("Say why with --reason TEXT, or look with --dry-run.")
        }
        if let reason { try ReasonOption.check(reason) }
    }

    private var demand: ReplayDemand {
        ReplayDemand(
            from: asSent ? .submit : from ?? .join, acceptsMappingChanges: acceptMappingChanges,
            onlyFailedEntries: failedEntries, reason: reason ?? "", selection: ids.isEmpty ? selection.words : nil)
    }

    func run() async throws {
        let progress = output.progress
        let outcomes = try await configuration.reaching { [self] configuration in
            let assembly = try Assembly(configuration, observer: progress.show)
            let operations = assembly.operations
            let chosen = try await chosen(assembly)
            let begun = try await operations.begun(demand, of: chosen)
            guard !dryRun else {
                for replay in begun {
                    progress.say(
                        "replay \(replay.run) was begun\(replay.isAsDemanded ? "" : Self.otherwise), and this command goes "
                            + "on with all of it as it was begun: \(replay.waiting.of("exchange")) wait in it")
                }
                return try await operations.preview(replayOf: chosen, demand)
            }
            let question = Self.question(ids.isEmpty ? chosen.count : nil, begun)
            guard yes || question.map(Question.ask) ?? true else {
                throw Fault(
                    .usage, .stop, "Nothing was replayed: nobody said yes.",
                    hint: "Look first with --dry-run, then give --yes.")
            }
            let accepted = try await operations.accept(replayOf: chosen, demand)
            var outcomes = try await accepted.refused + finish(accepted.already, by: assembly, progress)
            for run in accepted.runs + begun.map(\.run).filter({ !accepted.runs.contains($0) }) {
                progress.say("replay \(run): pdex runs show \(run)  tells how far it is")
                if !queue { try await carry(run, by: assembly, progress) }
                outcomes += try await operations.outcomes(ofReplay: run)
            }
            return outcomes
        }
        progress.end()
        output.results.write(list: outcomes.map(\.json), text: ReplaySheet(outcomes: outcomes).text)
        try Ending.check(Self.status(of: outcomes))
    }

    /// What was replayed before by the same command; what of it waits is delivered, unless that is left to the service.
    private func finish(
        _ already: [ReplayItem], by assembly: Assembly, _ progress: RunProgress
    ) async throws -> [ReplayOutcome] {
        let operations = assembly.operations
        guard !queue, !already.isEmpty else {
            return try await operations.outcomes(ofAlready: already, delivering: false)
        }
        return try await assembly.servingFiles(note: { progress.say($0) }) {
            try await operations.settling { try await operations.outcomes(ofAlready: already, delivering: true) }
        }
    }

    private func carry(_ run: String, by assembly: Assembly, _ progress: RunProgress) async throws {
        do {
            _ = try await assembly.servingFiles(note: { progress.say($0) }) {
                let operations = assembly.operations
                return try await operations.settling {
                    try await operations.carry(replay: run) { progress.say($0.line) }
                }
            }
        } catch let fault as Fault where fault.code == .runInProgress {
            progress.say("replay \(run) is carried out by another process")
        }
    }

    /// The exchanges that are named, or those selected that can be replayed.
    private func chosen(_ assembly: Assembly) async throws -> [String] {
        guard ids.isEmpty else { return ids }
        let found = try await assembly.operations.lines(
            selection.filter(assembly), limit: selection.limit ?? ExchangeSelection.most)
        if found.isEmpty { try selection.demandNames(assembly.configuration) }
        return found.filter(\.state.isReplayable).map(\.id)
    }

    private static let otherwise = " with other options or another reason"

    /// What to ask before starting: whether to replay the selected exchanges (`selected` is nil if they were named),
    /// and to resume replays that hold more than those or differ from the demand. Nil when there is nothing to ask.
    static func question(_ selected: Int?, _ begun: [BegunReplay]) -> String? {
        let isMore = begun.contains { $0.others > 0 || !$0.isAsDemanded }
        guard selected.map({ $0 > 0 || !begun.isEmpty }) ?? isMore else { return nil }
        let waiting = begun.reduce(0) { $0 + $1.waiting }
        return "Replay \(selected?.of("exchange") ?? "what is named")"
            + (begun.isEmpty
                ? "?"
                : ", and go on with \(begun.count.of("replay")) in which \(waiting.of("exchange")) wait"
                    + (begun.allSatisfy(\.isAsDemanded) ? "?" : ", begun\(otherwise)?"))
    }

    /// Partial when anything was refused or not acknowledged; exchanges left to the service do not count against it.
    static func status(of outcomes: [ReplayOutcome]) -> CommandStatus {
        let isWhole = outcomes.allSatisfy {
            switch $0 {
            case .eligible, .waiting: true
            case .refused: false
            case .replayed(_, let new), .already(_, let new): new.state == .acknowledged
            }
        }
        return isWhole ? .success : .partial
    }
}
