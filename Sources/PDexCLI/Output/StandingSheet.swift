import FHIR
import PDex
import Pipeline

/// How exchanges stand at this instant: what was accepted is the sum of the lines below it. Of a run beside that what
/// it did, as it was kept when it ended, and what stopped it.
struct StandingSheet: Sendable {
    /// The run, or nil for the whole store.
    let run: Run?
    let tally: [ExchangeTally]
    let holds: [Hold]
    /// The progress, if the run is a replay.
    var replayed: [ReplayItem.Outcome: Int] = [:]
    /// What stopped the last attempt at it, if it is open.
    var obstacle: Obstacle?
    /// The first word of the commands to type next.
    var program = ProgramName.current

    private var accepted: Int { tally.reduce(0) { $0 + $1.count } }
    private var pending: Int { tally.filter(\.state.isPending).reduce(0) { $0 + $1.count } }

    var text: String {
        var table = TextTable(rightAligned: [1])
        table.add("accepted", accepted.grouped)
        for line in tally where !line.state.isPending {
            let why = line.reason?.rawValue ?? line.takesBackFor.map { "took back: \($0.rawValue)" } ?? ""
            table.add("  " + line.state.rawValue, line.count.grouped, why)
        }
        table.add("  pending", pending.grouped)
        for line in tally where line.state.isPending {
            table.add("    " + line.state.rawValue, line.count.grouped, line.reason?.rawValue ?? "")
        }
        let heading = run.map { ["\($0.job) · \($0.trigger.rawValue) · \($0.state.rawValue)\nrun \($0.id)"] } ?? []
        let paused = holds.map { "paused: \($0.subject.rawValue) \($0.name), because: \($0.reason)" }
        let replay = replayed.isEmpty ? [] : ["exchanges to replay: " + replayed.line]
        let now = ended.isEmpty ? table.text() : "now:\n" + table.text(indent: "  ")
        return (heading + stopped + replay + ended + [now] + paused).joined(separator: "\n\n")
    }

    /// What the run came to, as it was kept when it ended.
    private var kept: JSONValue? { run.flatMap { try? JSONParser.parse($0.summary) } }
    private var report: RunReport? { kept.flatMap { RunReport(json: $0) } }

    /// The balance as it was when the run ended; one that failed has none that adds up.
    private var ended: [String] {
        guard let report, report.state != .failed else { return [] }
        let isDryRun = run?.trigger == .dryRun
        let isShort = report.balanced ? "" : ", and it did not add up"
        let sheet = BalanceSheet(report: report, isDryRun: isDryRun, mostKinds: .max)
        return ["when it ended\(isShort):\n" + sheet.past]
    }

    /// What stopped the run, or the last attempt at it.
    private var stopped: [String] {
        guard let fault = obstacle ?? report?.fault else { return [] }
        let what = obstacle == nil ? "stopped by" : "the last attempt was stopped by"
        let server = fault.server.map { ", at \($0)" } ?? ""
        var lines = ["\(what) \(fault.code.rawValue)\(server): \(fault.message)"]
        if let hint = fault.hint { lines.append("  hint: " + hint) }
        let text = (lines + ["  docs: " + fault.documentation]).joined(separator: "\n")
        return [program.inserted(into: text)]
    }

    var json: JSONValue {
        let lines: [JSONValue] = tally.map { line in
            [
                "state": .string(line.state.rawValue), "reason": line.reason.map { .string($0.rawValue) } ?? .null,
                "exchanges": .number(JSONNumber(line.count)), "pending": .bool(line.state.isPending),
                "takes-back-for": line.takesBackFor.map { .string($0.rawValue) } ?? .null,
            ]
        }
        return [
            "run": run?.json ?? .null, "accepted": .number(JSONNumber(accepted)),
            "pending": .number(JSONNumber(pending)), "lines": .array(lines),
            "replay": replayed.json, "report": kept ?? .null, "fault": (obstacle ?? report?.fault)?.json ?? .null,
            "paused": .array(holds.map { .string("\($0.subject.rawValue) \($0.name)") }),
        ]
    }
}
