import ArgumentParser
import PDex

/// Which exchanges are meant.
struct ExchangeSelection: ParsableArguments {
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Only in this state, such as parked; may be repeated.", valueName: "state"))
    var state: [ExchangeState] = []

    @Option(help: ArgumentHelp("Only for this reason, such as payer.refused.", valueName: "code"))
    var reason: FaultCode?

    @Option(help: ArgumentHelp("Only of this job.", valueName: "name"))
    var job: String?

    @Option(help: ArgumentHelp("Only to this payer.", valueName: "name"))
    var payer: String?

    @Option(help: ArgumentHelp("Only those that this run made or met.", valueName: "id"))
    var run: String?

    @Option(help: ArgumentHelp("At most so many, the newest first.", valueName: "count"))
    var limit = 50

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 100000.") }
    }

    /// Whether anything is said.
    var isEmpty: Bool { state.isEmpty && reason == nil && job == nil && payer == nil && run == nil }

    /// As the store is asked.
    var filter: ExchangeFilter {
        ExchangeFilter(states: Set(state), reason: reason, payer: payer, run: run, job: job)
    }
}
