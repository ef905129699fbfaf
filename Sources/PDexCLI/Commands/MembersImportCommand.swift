import ArgumentParser
import FHIR
import Jobs
import PDex
import Pipeline

/// `pdex members import`: reads the payer's records, and reports lines that cannot be used.
struct MembersImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Read the payer's coverage and consent now; nothing is sent.",
        discussion: HelpText.with(
            "A roster with lines that cannot be used is not taken at all: the lines are named with the reason, never "
                + "with what stands there.",
            examples: ["pdex members import", "pdex members import --job nightly-payer-sync --output json"]))

    @Flag(help: "Take a file without a single record, too: then nobody is covered, or has consented, any more.")
    var allowEmpty = false

    @OptionGroup var members: MemberOptions

    func run() async throws {
        let result = try await members.reaching { [allowEmpty] in
            try await $0.importMembers(job: $1, mayBeEmpty: allowEmpty)
        }
        members.output.results.write(result.json, text: result.text)
        try Ending.check(result.roster.map { $0.refused == 0 } ?? true ? .success : .failed)
    }
}

extension ExchangePipeline.Import {
    fileprivate var text: String {
        var lines: [String] = []
        if let roster, roster.refused > 0 {
            lines.append("nothing was taken: \(roster.refused.of("line")) of the roster cannot be used")
            lines += roster.flaws.map { "  \($0)" }
            if roster.refused > roster.flaws.count { lines.append("  and \(roster.refused - roster.flaws.count) more") }
            return lines.joined(separator: "\n")
        }
        var table = TextTable(rightAligned: [1])
        if let roster { table.add("lines of the roster", roster.rows.grouped) }
        table.add("records received", received.grouped)
        table.add("new", new.grouped)
        table.add("changed", changed.grouped)
        for (type, count) in gone.sorted(by: { $0.key < $1.key }) { table.add("gone: \(type)", count.grouped) }
        if older > 0 { table.add("not taken, as older", older.grouped) }
        return table.text()
            + (older > 0
                ? "\n\nwhat was not taken has an earlier meta.lastUpdated than what was read before: let it say when it "
                    + "was changed, or nothing" : "")
    }

    fileprivate var json: JSONValue {
        let gone = gone.sorted { $0.key < $1.key }
            .map { JSONObject.Member(key: $0.key, value: .number(JSONNumber($0.value))) }
        return [
            "received": .number(JSONNumber(received)), "new": .number(JSONNumber(new)),
            "changed": .number(JSONNumber(changed)), "older": .number(JSONNumber(older)),
            "gone": .object(JSONObject(members: gone)),
            "refused": .number(JSONNumber(roster?.refused ?? 0)),
            "flaws": .array(
                (roster?.flaws ?? []).map {
                    ["line": .number(JSONNumber($0.line)), "reason": .string($0.reason)]
                }),
        ]
    }
}
