import PDex
import Pipeline

/// What a run did, for people: two sums that add up, and what to type next.
struct BalanceSheet: Sendable {
    let report: RunReport
    /// The first word of the commands to type next.
    var program = ProgramName.current
    /// The options at the end of the commands to type next, such as `--demo`.
    var options = ""
    /// Whether the run was a dry run, which sends nothing.
    var isDryRun = false
    /// Whether the run answers a request for one member: its waiting exchanges are left to the service.
    var isOfRequest = false
    /// What keeps what waits from being delivered now.
    var heldBack = HeldBack.nothing
    /// The most kinds of conformance remarks that are listed.
    var mostKinds = 10

    /// The sheet as lines.
    var text: String { ([heading] + sums + remarks + commands).filter { !$0.isEmpty }.joined(separator: "\n\n") }

    /// The same of a run that was, without a heading, and without what to type next, which may have changed since.
    var past: String { (sums + remarks).filter { !$0.isEmpty }.joined(separator: "\n\n") }

    private var sums: [String] { [pulled, members.text(indent: "  "), resources.text(indent: "  "), submitted] }

    private var heading: String {
        let state = isDryRun ? "dry run, nothing was sent" : report.state.rawValue
        let isShort = report.balanced ? "" : " · does not add up"
        return "\(report.job) · \(state)\(isShort) · \(seconds) s\nrun \(report.run)"
    }

    private var pulled: String {
        "  pulled \(report.pulled.resources.of("resource")) of \(report.pulled.patients.of("patient")), "
            + "\(report.pulled.bytes.asBytes) in \(report.pulled.requests.of("request"))"
    }

    private var submitted: String {
        let verb = isDryRun ? "would submit" : "submitted"
        guard report.submitted.bundles > 0 else { return "  \(verb) nothing: \(whyNothing)" }
        return "  \(verb) \(report.submitted.bundles.of("bundle")) "
            + "with \(report.submitted.entries == 1 ? "1 entry" : report.submitted.entries.grouped + " entries")"
    }

    private var whyNothing: String {
        if report.exchanges.retrying > 0 || report.resources.waiting > 0 {
            return "\(report.resources.waiting.of("resource")) of \(report.exchanges.retrying.of("patient")) wait"
        }
        if !report.problems.isEmpty { return "nothing of what came is new" }
        if report.exchanges.acknowledged + report.exchanges.unchanged == 0 { return "nothing is to be sent" }
        return report.exchanges.parked.isEmpty ? "the payer has all there is to send" : "nothing is new"
    }

    private var members: TextTable {
        var table = TextTable(rightAligned: [1])
        table.add("patients in the roster", report.pulled.patients.grouped)
        table.add(isDryRun ? "  would be sent" : "  acknowledged", report.exchanges.acknowledged.grouped)
        table.add("  unchanged", report.exchanges.unchanged.grouped)
        table.add("  unmatched", report.exchanges.unmatched.grouped)
        table.add(by: "withheld", report.exchanges.withheld)
        table.add(by: "parked", report.exchanges.parked)
        if !report.exchanges.cancelled.isEmpty { table.add(by: "cancelled", report.exchanges.cancelled) }
        table.add("  retrying", report.exchanges.retrying.grouped)
        table.addDifference(report.pulled.patients - report.exchanges.total)
        return table
    }

    private var resources: TextTable {
        let counts = report.resources
        var table = TextTable(rightAligned: [1])
        table.add("resources of theirs", counts.examined.grouped)
        table.add(isDryRun ? "  to be sent" : "  sent", counts.sent.grouped)
        table.add("  unchanged", counts.unchanged.grouped)
        if counts.waiting > 0 { table.add("  waiting", counts.waiting.grouped) }
        table.add(by: "left out", counts.leftOut)
        table.addDifference(counts.examined - counts.total)
        return table
    }

    private var remarks: [String] {
        var blocks: [String] = []
        if !report.problems.isEmpty {
            var table = TextTable(rightAligned: [1])
            table.add("problems while pulling", "")
            for (code, count) in report.problems.byName { table.add("  " + code.rawValue, count.grouped) }
            blocks.append(table.text(indent: "  "))
        }
        if !report.notes.isEmpty {
            var table = TextTable(rightAligned: [1])
            table.add("noted", "")
            for (code, count) in report.notes.byName { table.add("  " + code.rawValue, count.grouped) }
            blocks.append(table.text(indent: "  "))
        }
        if !report.conformance.isEmpty {
            var table = TextTable(rightAligned: [1])
            table.add("not as the profile wants", "")
            let most = report.conformance.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            for (what, count) in most.prefix(mostKinds) { table.add("  " + what, count.grouped) }
            if most.count > mostKinds { table.add("  and \(most.count - mostKinds) more kinds", "") }
            blocks.append(table.text(indent: "  "))
        }
        return blocks
    }

    private var commands: [String] {
        var commands = TextTable()
        // The reasons of exchanges that came furthest come first: those are likeliest to arrive now.
        for reason in FaultCode.allCases.reversed() {
            guard let id = report.examples[reason] else { continue }
            commands.add("\(program.text) exchanges show \(id)\(suffix)", "# parked: \(reason.rawValue)")
            // Sending again does not settle who a person is.
            if !reason.isOfMatching {
                commands.add("\(program.text) replay \(id) --dry-run\(suffix)", "# once its cause is mended")
            }
        }
        if report.exchanges.retrying > 0 {
            commands.add("\(program.text) queue status\(suffix)", "# what waits, and whether somebody holds it")
            for subject in heldBack.subjects {
                commands.add(
                    "\(program.text) queue resume \(subject)\(suffix)", "# ends the pause")
            }
            commands.add(
                "\(program.text) \(isOfRequest ? "serve" : "run \(report.job)")\(suffix)", "# tries again what is due")
        }
        let text = commands.text(indent: "  ")
        return text.isEmpty ? [] : ["next:\n" + text]
    }

    private var suffix: String { options.isEmpty ? "" : " " + options }

    private var seconds: String {
        let tenths = Int((max(report.seconds, 0) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension TextTable {
    /// A sum and its parts.
    fileprivate mutating func add(by what: String, _ counts: [FaultCode: Int]) {
        add("  " + what, counts.values.reduce(0, +).grouped)
        for (code, count) in counts.byName { add("    " + code.rawValue, count.grouped) }
    }

    /// Shows what is missing from a sum that does not add up.
    fileprivate mutating func addDifference(_ difference: Int) {
        if difference != 0 { add("  NOT ACCOUNTED FOR", difference.grouped) }
    }
}

extension FaultCode {
    /// Whether it concerns who the patient is.
    var isOfMatching: Bool { rawValue.hasPrefix("match.") }
}

extension [FaultCode: Int] {
    fileprivate var byName: [(key: FaultCode, value: Int)] { sorted { $0.key.rawValue < $1.key.rawValue } }
}
