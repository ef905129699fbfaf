import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex requests list`: what is open in front, what is due first before others.
struct RequestsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List member requests: what is open, by when it is due, then what has ended.",
        discussion: HelpText.with(examples: ["pdex requests list --state requested --output jsonl"]))

    @Option(help: ArgumentHelp("Only those that stand so; may be repeated.", valueName: "state"))
    var state: [MemberRequestState] = []

    @Option(help: ArgumentHelp("How many at most.", valueName: "count"))
    var limit = 50

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...Operations.mostListed).contains(limit) else {
            throw ValidationError("--limit is from 1 to \(Operations.mostListed).")
        }
    }

    func run() async throws {
        let assembly = try Assembly(configuration.load())
        let states = state.isEmpty ? Set(MemberRequestState.allCases) : Set(state)
        let now = assembly.clock.now()
        let list = try await assembly.operations.list(
            memberRequestsMatching: MemberRequestFilter(states: states), limit: limit
        ) { RequestLine($0, at: now) }
        output.results.write(list: list.requests.map(\.json), text: Self.text(of: list))
    }

    static func text(of list: MemberRequestList<RequestLine>) -> String {
        guard !list.requests.isEmpty else { return "no such requests" }
        var table = TextTable(["request", "state", "reason", "exchange", "job", "due", ""])
        for line in list.requests { table.add(row: line.cells) }
        let hidden = list.total - list.requests.count
        guard hidden > 0 else { return table.text() }
        let most = Operations.mostListed
        let shown = list.total > most ? "at most \(most.grouped) at once" : "them"
        return table.text() + "\n(\(hidden.grouped) more are not shown; --limit shows \(shown))"
    }
}
