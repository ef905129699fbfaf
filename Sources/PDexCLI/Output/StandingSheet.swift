import FHIR
import PDex

/// Where exchanges stand at this instant: the number accepted is the sum of the lines below it.
struct StandingSheet: Sendable {
    /// The run, or nil for the whole store.
    let run: Run?
    let tally: [ExchangeTally]
    let holds: [Hold]
    /// The progress, if the run is a replay.
    var replayed: [ReplayItem.Outcome: Int] = [:]

    private var accepted: Int { tally.reduce(0) { $0 + $1.count } }
    private var pending: Int { tally.filter(\.state.isPending).reduce(0) { $0 + $1.count } }

    var text: String {
        var table = TextTable(rightAligned: [1])
        table.add("accepted", accepted.grouped)
        for line in tally where !line.state.isPending {
            table.add("  " + line.state.rawValue, line.count.grouped, line.reason?.rawValue ?? "")
        }
        table.add("  pending", pending.grouped)
        for line in tally where line.state.isPending { table.add("    " + line.state.rawValue, line.count.grouped) }
        let heading = run.map { ["\($0.job) · \($0.trigger.rawValue) · \($0.state.rawValue)\nrun \($0.id)"] } ?? []
        let paused = holds.map { "paused: \($0.subject.rawValue) \($0.name), because: \($0.reason)" }
        let remarks = remarked.text()
        let replay = replayed.isEmpty ? [] : ["exchanges to replay: " + replayed.line]
        return (heading + replay + [table.text()] + (remarks.isEmpty ? [] : [remarks]) + paused).joined(
            separator: "\n\n")
    }

    /// Resources that do not conform, from the run's report, most frequent first.
    private var remarked: TextTable {
        var table = TextTable(rightAligned: [1])
        let report = run.flatMap { try? JSONParser.parse($0.summary) }
        let found = (report?["conformance"]?.object?.members ?? []).map { ($0.key, $0.value.number?.int ?? 0) }
        if !found.isEmpty { table.add("not as the profile wants", "") }
        for (what, count) in found.sorted(by: { ($1.1, $0.0) < ($0.1, $1.0) }) { table.add("  " + what, count.grouped) }
        return table
    }

    var json: JSONValue {
        let lines: [JSONValue] = tally.map { line in
            [
                "state": .string(line.state.rawValue), "reason": line.reason.map { .string($0.rawValue) } ?? .null,
                "exchanges": .number(JSONNumber(line.count)), "pending": .bool(line.state.isPending),
            ]
        }
        return [
            "run": run?.json ?? .null, "accepted": .number(JSONNumber(accepted)),
            "pending": .number(JSONNumber(pending)), "lines": .array(lines),
            "replay": replayed.json,
            "paused": .array(holds.map { .string("\($0.subject.rawValue) \($0.name)") }),
        ]
    }
}
