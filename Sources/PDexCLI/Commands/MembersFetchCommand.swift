import ArgumentParser
import FHIR
import Jobs
import PDex
import Pipeline

/// `pdex members fetch`: a Group's data from the payer into a folder.
struct MembersFetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch what the payer has of the members of a Group, into a folder.",
        discussion: HelpText.with(
            "The Group is one that pdex members match named ($davinci-data-export). The folder then holds people's "
                + "data: each export in a folder of its own, which only its owner can read.",
            examples: [
                "pdex members fetch GROUP --into ./from-med0 --for provider-snapshot",
                "pdex members fetch GROUP --into ./from-med0 --for provider-delta",
            ]))

    @Argument(help: "The Group at the payer: its id, or Group/ID.")
    var group: String

    @Option(help: ArgumentHelp("The folder; made when it is missing.", valueName: "dir"))
    var into: String

    @Option(
        name: .customLong("for"),
        help: "What for: provider-snapshot, provider-delta, provider-download, payer-to-payer.")
    var purpose: ExportPurpose

    @Option(
        help: "Only what changed since then; a provider-delta goes on from the latest export in the folder.")
    var since: Instant?

    @Option(help: "Only what changed until then.")
    var until: Instant?

    @Option(help: ArgumentHelp("The types wanted, separated by commas. (default: all)", valueName: "types"))
    var types: String?

    @OptionGroup var members: MemberOptions

    /// The Group's id, also where it was typed as  pdex members match  names it.
    var groupID: String { group.hasPrefix("Group/") ? String(group.dropFirst("Group/".count)) : group }

    private var wanted: [String] { types?.split(separator: ",").map(String.init) ?? [] }

    func validate() throws {
        if let odd = wanted.first(where: { !ResourceTypes.r4.contains($0) }) {
            throw ValidationError("--types: '\(odd.prefix(64))' is not a FHIR R4 resource type.")
        }
    }

    func run() async throws {
        let fetching = ExchangePipeline.Fetching(
            group: groupID, purpose: purpose, types: wanted, since: since, until: until)
        let result = try await members.reaching { [into] in try await $0.fetch(fetching, into: into, job: $1) }
        members.output.results.write(result.json, text: result.text)
        try Ending.check(result.isWhole ? .success : .partial)
    }
}

extension ExchangePipeline.Fetched {
    fileprivate var text: String {
        var table = TextTable(rightAligned: [1])
        for (type, count) in sorted { table.add(type, count.grouped) }
        if deleted > 0 { table.add("told as deleted", deleted.grouped) }
        if odd > 0 { table.add("lines left out", odd.grouped) }
        if unasked > 0 { table.add("lines of types not asked for", unasked.grouped) }
        if outside > 0 { table.add("lines of care before the five years", outside.grouped) }
        if withheld > 0 { table.add("lines of who objects", withheld.grouped) }
        if unclear > 0 { table.add("lines that may be theirs", unclear.grouped) }
        if outcomes > 0 { table.add("remarks of the payer", outcomes.grouped) }
        if miscounted > 0 { table.add("files with another count", miscounted.grouped) }
        let end = isWhole ? "whole" : "not whole: the next delta goes on from an earlier one"
        return [table.text(), "\(place), as of \(transactionTime.text), \(end)"].joined(separator: "\n")
    }

    fileprivate var json: JSONValue {
        let counts = sorted.map { JSONObject.Member(key: $0.key, value: .number(JSONNumber($0.value))) }
        return [
            "place": .string(place), "transactionTime": .string(transactionTime.text), "whole": .bool(isWhole),
            "resources": .object(JSONObject(members: counts)), "deleted": .number(JSONNumber(deleted)),
            "odd": .number(JSONNumber(odd)), "unasked": .number(JSONNumber(unasked)),
            "outside": .number(JSONNumber(outside)), "withheld": .number(JSONNumber(withheld)),
            "unclear": .number(JSONNumber(unclear)), "outcomes": .number(JSONNumber(outcomes)),
            "miscounted": .number(JSONNumber(miscounted)),
        ]
    }

    private var sorted: [(key: String, value: Int)] { resources.sorted { $0.key < $1.key } }
}
