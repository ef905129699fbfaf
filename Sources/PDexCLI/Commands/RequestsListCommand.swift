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
        guard limit > 0 else { throw ValidationError("--limit is at least 1.") }
    }

    func run() async throws {
        let assembly = try Assembly(configuration.load())
        let states = state.isEmpty ? Set(MemberRequestState.allCases) : Set(state)
        let list = try await assembly.operations.list(
            memberRequestsMatching: MemberRequestFilter(states: states), limit: limit)
        let now = assembly.clock.now()
        output.results.write(
            list: list.requests.map { RequestSheet(detail: $0, now: now, options: "").json },
            text: Self.text(of: list, now))
    }

    static func text(of list: MemberRequestList, _ now: Instant) -> String {
        guard !list.requests.isEmpty else { return "no such requests" }
        var table = TextTable(["request", "state", "reason", "exchange", "job", "due", ""])
        for detail in list.requests {
            let request = detail.request
            table.add(
                request.id, request.state.rawValue, request.reason?.rawValue ?? "",
                detail.exchange?.state.rawValue ?? "", request.job, request.due.text,
                detail.punctuality(at: now) == "in time" ? "" : detail.punctuality(at: now))
        }
        let hidden = list.total - list.requests.count
        return table.text() + (hidden > 0 ? "\n(\(hidden.grouped) more are not shown; --limit shows them)" : "")
    }
}
