import ArgumentParser
import FHIR
import Jobs
import PDex
import Pipeline

/// `pdex members match`: asks the payer about many patients at once.
struct MembersMatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "Ask the payer at once who all those are whom only it can tell.",
        discussion: HelpText.with(
            "The question holds a card and a Consent of each ($bulk-member-match); no data of theirs is sent. What is "
                + "answered counts from the next run on. An answer that did not come is read when the command is given "
                + "again.",
            examples: ["pdex members match --dry-run", "pdex members match --job nightly-payer-sync --output json"]))

    @Flag(help: "Read the clinic, and count who would be asked about; ask nobody.")
    var dryRun = false

    @OptionGroup var members: MemberOptions

    func run() async throws {
        let result = try await members.reaching { [dryRun] in try await $0.matchMembers(job: $1, dryRun: dryRun) }
        members.output.results.write(result.json, text: result.text(isDry: dryRun))
        try Ending.check(result.isWhole ? .success : .partial)
    }
}

extension ExchangePipeline.Matching {
    fileprivate func text(isDry: Bool) -> String {
        var table = TextTable(rightAligned: [1])
        table.add(isDry ? "would be asked about" : "asked about", asked.grouped)
        table.add("open, and not asked about", notAsked.grouped)
        for (why, count) in sortedReasons { table.add("  " + why, count.grouped) }
        for (outcome, count) in sorted {
            table.add(outcome == .asked ? "no answer yet" : outcome.rawValue, count.grouped)
        }
        for (code, count) in problems.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            table.add(code.rawValue, count.grouped)
        }
        let nobody =
            asked + notAsked > 0 || !outcomes.isEmpty
            ? []
            : [
                "nobody is open: of whom a run has brought into the store, all were recognised by other rules, or asked about "
                    + "as often as may be"
            ]
        return ([table.text()] + nobody + groups.map { "members in Group/\($0)" }).joined(separator: "\n")
    }

    private var sortedReasons: [(key: String, value: Int)] { reasons.sorted { $0.key < $1.key } }

    fileprivate var json: JSONValue {
        let outcomes = sorted.map { JSONObject.Member(key: $0.key.rawValue, value: .number(JSONNumber($0.value))) }
        let problems = problems.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { JSONObject.Member(key: $0.key.rawValue, value: .number(JSONNumber($0.value))) }
        let reasons = sortedReasons.map { JSONObject.Member(key: $0.key, value: .number(JSONNumber($0.value))) }
        return [
            "reasons": .object(JSONObject(members: reasons)),
            "asked": .number(JSONNumber(asked)), "notAsked": .number(JSONNumber(notAsked)),
            "outcomes": .object(JSONObject(members: outcomes)), "groups": .array(groups.map { .string($0) }),
            "problems": .object(JSONObject(members: problems)),
        ]
    }

    private var sorted: [(key: MemberMatch.Outcome, value: Int)] {
        outcomes.sorted { $0.key.rawValue < $1.key.rawValue }
    }
}
