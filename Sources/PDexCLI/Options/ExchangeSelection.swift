import ArgumentParser
import Jobs
import PDex

/// Which exchanges a command works on.
struct ExchangeSelection: ParsableArguments {
    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("What must hold, such as 'state:parked payer:med0 since:2d'.", valueName: "query"))
    var query: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Only in this state, such as parked; may be repeated.", valueName: "state"))
    var state: [ExchangeState] = []

    @Option(help: ArgumentHelp("Only for this reason, such as payer.refused.", valueName: "code"))
    var fault: FaultCode?

    @Option(help: ArgumentHelp("Only of this job.", valueName: "name"))
    var job: String?

    @Option(help: ArgumentHelp("Only to this payer.", valueName: "name"))
    var payer: String?

    @Option(help: ArgumentHelp("Only those that this run made or met.", valueName: "id"))
    var run: String?

    @Option(help: ArgumentHelp("At most so many, the newest first; a list shows 50.", valueName: "count"))
    var limit: Int?

    /// Most exchanges handled together.
    static let most = 100_000

    func validate() throws {
        guard (1...Self.most).contains(limit ?? 1) else {
            throw ValidationError("--limit is a number from 1 to \(Self.most).")
        }
        guard query == nil || isWithoutOptions else {
            throw ValidationError("--where says all of it: leave out the other options that select.")
        }
    }

    /// Whether no option was given.
    var isEmpty: Bool { query == nil && isWithoutOptions }

    /// All criteria as sorted query words: the same words select the same exchanges, in whatever order they are given.
    var words: String {
        let options =
            [
                ("fault", fault?.rawValue), ("job", job), ("payer", payer), ("run", run),
                ("limit", limit.map(String.init)),
            ]
            .compactMap { key, value in value.map { "\(key):\($0)" } }
        let said = (query ?? "").split(whereSeparator: \.isWhitespace).flatMap { word in
            word.hasPrefix("state:")
                ? word.dropFirst("state:".count).split(separator: ",").map { "state:\($0)" } : [String(word)]
        }
        return Set(said + state.map { "state:\($0.rawValue)" } + options).sorted().joined(separator: " ")
    }

    private var isWithoutOptions: Bool {
        state.isEmpty && fault == nil && job == nil && payer == nil && run == nil
    }

    /// The filter for the store. Throws `usage.invalid` for a query that cannot be read.
    func filter(_ assembly: Assembly) throws -> ExchangeFilter {
        guard let query else {
            return ExchangeFilter(states: Set(state), reason: fault, payer: payer, run: run, job: job)
        }
        let configuration = assembly.configuration
        let names = ExchangeQuery.Names(
            clinics: configuration.clinics.map(\.server.name), payers: configuration.payers.map(\.server.name),
            jobs: try JobFolder.load(configuration).map(\.name))
        return try assembly.operations.filter(where: query, among: names)
    }

    /// Called when nothing was found: a name unknown to both the configuration and the exchanges is a misspelling.
    /// Exchanges of a party or job that was renamed are still found under its old name.
    func demandNames(_ configuration: Configuration) throws {
        if let payer, !configuration.payers.contains(where: { $0.server.name == payer }) {
            throw Fault(
                .usage, .stop, "--payer names no payer of \(configuration.path), and none of an exchange.",
                hint: "Payers are: \(configuration.payers.map(\.server.name).joined(separator: ", ")).")
        }
        if let job { _ = try JobFolder.job(job, among: JobFolder.load(configuration)) }
    }
}
