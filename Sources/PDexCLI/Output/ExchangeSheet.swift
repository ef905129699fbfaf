import FHIR
import Jobs
import PDex

/// One exchange for people: where it stands and why, what was sent and answered, and what to type next.
struct ExchangeSheet: Sendable {
    let detail: ExchangeDetail
    /// The options at the end of the commands to type next.
    let options: String
    /// Their first word.
    var program = ProgramName.current

    /// The sheet as lines.
    var text: String {
        [
            heading, facts, section("not as the profile wants", remarked), section("bundles" + progress, submissions),
            section("answers", receipts), section("history", audit), next,
        ]
        .filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var exchange: Exchange { detail.exchange }

    private var heading: String {
        var lines = ["exchange \(exchange.id) · \(exchange.state.rawValue)"]
        if let reason = exchange.reason {
            lines.append("  \(reason.rawValue)" + (exchange.detail.map { ": " + $0 } ?? ""))
            lines.append("  docs: " + Fault(reason, .park, "").documentation)
        } else if let detail = exchange.detail {
            lines.append("  " + detail)
        }
        return lines.joined(separator: "\n")
    }

    private var facts: String {
        var table = TextTable()
        table.add("job", "\(exchange.job), run \(exchange.run)")
        table.add("way", "\(exchange.clinic) → \(exchange.payer)")
        table.add("patient", exchange.member.description)
        if let member = exchange.match?.member { table.add("member", member.description) }
        if !exchange.types.isEmpty { table.add("asked for", exchange.types.joined(separator: ", ")) }
        let fates = exchange.manifest.entries.compactMap(\.leftOut)
        table.add(
            "resources",
            "\(exchange.carried.grouped) in bundles, \(exchange.unchanged.grouped) unchanged, "
                + "\(fates.count.grouped) left out")
        let leftOut = Dictionary(grouping: fates) { $0 }
        for (code, entries) in leftOut.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            table.add("", "\(entries.count.grouped) \(code.rawValue)")
        }
        if let code = exchange.takesBackFor { table.add("takes back", "and brings nothing: \(code.rawValue)") }
        if let match = exchange.match { table.add("recognised", match.words) }
        if let consent = exchange.consent {
            table.add("consent", consent.words)
            if let at = consent.at { table.add("decided", at.text) }
        }
        if let original = exchange.replayOf { table.add("replays", original) }
        table.add("made", exchange.created.text)
        table.add("changed", exchange.updated.text)
        return table.text(indent: "  ")
    }

    /// For each remarked resource its fate, the place, the rule, and the message.
    private var remarked: TextTable {
        var table = TextTable()
        for item in detail.remarked {
            table.add(
                item.fate == .leftOut ? "left out" : item.fate.rawValue, item.finding.path, item.finding.rule,
                item.finding.message)
        }
        return table
    }

    /// How far it is, if it goes in several bundles.
    private var progress: String {
        guard detail.submissions.count > 1 else { return "" }
        let (there, all) = (detail.acknowledged, detail.submissions)
        let entries = [there, all].map { $0.reduce(0) { $0 + $1.entries }.grouped }
        return ", \(there.count.grouped) of \(all.count.grouped) acknowledged: \(entries[0]) of \(entries[1]) entries"
    }

    private var submissions: TextTable {
        var table = TextTable(rightAligned: [2, 3])
        for item in detail.submissions {
            table.add(
                "part \(item.part)", item.state.rawValue, "\(item.entries.grouped) entries", item.bytes.asBytes,
                "\(item.attempts.of("attempt"))", item.state == .retrying ? "not before \(item.notBefore.text)" : "")
        }
        return table
    }

    private var receipts: TextTable {
        var table = TextTable()
        for item in detail.receipts {
            table.add(
                item.at.text, "attempt \(item.attempt)", item.status == 0 ? "no answer" : "HTTP \(item.status)",
                item.verdict, item.fault?.rawValue ?? "", item.outcome ?? "",
                item.answerID.map { "its request \($0)" } ?? "")
        }
        return table
    }

    private var audit: TextTable {
        var table = TextTable()
        for item in detail.audit {
            table.add(item.entry.at.text, item.entry.actor, item.entry.action, item.entry.reason ?? "")
        }
        return table
    }

    private var next: String {
        guard exchange.state.isReplayable, exchange.state != .acknowledged else { return "" }
        let suffix = options.isEmpty ? "" : " " + options
        if exchange.reason?.isOfMatching ?? false {
            return "next:\n  \(program.text) members explain \(exchange.member)\(suffix)"
        }
        let step = detail.predatesRestoration ? " --from pull" : ""
        return "next:\n  \(program.text) replay \(exchange.id)\(step) --dry-run\(suffix)"
    }

    private func section(_ name: String, _ table: TextTable) -> String {
        let lines = table.text(indent: "  ")
        return lines.isEmpty ? "" : "\(name)\n\(lines)"
    }
}
