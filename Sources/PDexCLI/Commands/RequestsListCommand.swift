import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex requests list`: member requests, the first due first.
struct RequestsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List member requests, those that are due first in front.",
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
        let requests = try await assembly.operations.memberRequests(in: states, limit: limit)
        let now = assembly.clock.now()
        let details = requests.map { MemberRequestDetail(request: $0) }
        output.results.write(
            list: details.map { RequestSheet(detail: $0, now: now, options: "").json }, text: text(of: details, now))
    }

    private func text(of details: [MemberRequestDetail], _ now: Instant) -> String {
        guard !details.isEmpty else { return "no such requests" }
        var table = TextTable(["request", "state", "reason", "job", "due", ""])
        for detail in details {
            let request = detail.request
            table.add(
                request.id, request.state.rawValue, request.reason?.rawValue ?? "", request.job, request.due.text,
                detail.punctuality(at: now) == "in time" ? "" : detail.punctuality(at: now))
        }
        return table.text() + (details.count == limit ? "\n(the first \(limit); --limit shows more)" : "")
    }
}
