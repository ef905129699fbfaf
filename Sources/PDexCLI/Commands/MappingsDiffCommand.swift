import ArgumentParser
import FHIR
import Mappings
import PDex

/// `pdex mappings diff`: how two mapping sets differ.
struct MappingsDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two mapping sets, mapping by mapping and line by line.",
        discussion: HelpText.with(
            "What a set extends counts as its own. - is only in the first, + only in the second, "
                + "~ stands in another order, where the order counts.",
            examples: ["pdex mappings diff us-core-6.1.0 us-core-7.0.0"]))

    @Argument(help: "A mapping set.")
    var first: String

    @Argument(help: "Another one.")
    var second: String

    @OptionGroup var options: MappingOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let folders = try options.folders()
        let difference = MappingDifference(from: try folders.load(first), to: try folders.load(second))
        output.results.write(json(of: difference), text: text(of: difference))
    }

    private func text(of difference: MappingDifference) -> String {
        if difference.isEmpty { return "\(first) and \(second) do the same" }
        var table = TextTable()
        for name in difference.removed { table.add("-", name, "", "only in \(first)", "") }
        for name in difference.added { table.add("+", name, "", "only in \(second)", "") }
        for line in difference.lines {
            table.add(line.isAdded ? "+" : "-", line.mapping, line.verb, line.text, line.place)
        }
        for change in difference.reordered {
            table.add(
                "~", change.mapping ?? change.what, change.mapping == nil ? "" : change.what, "in another order", "")
        }
        return table.text()
    }

    private func json(of difference: MappingDifference) -> JSONValue {
        let lines: [JSONValue] = difference.lines.map {
            [
                "mapping": .string($0.mapping), "set": .string($0.isAdded ? second : first),
                "verb": .string($0.verb), "text": .string($0.text), "place": .string($0.place),
            ]
        }
        return [
            "onlyInFirst": .array(difference.removed.map { .string($0) }),
            "onlyInSecond": .array(difference.added.map { .string($0) }), "lines": .array(lines),
            "reordered": .array(
                difference.reordered.map { change in
                    change.mapping.map { ["mapping": .string($0), "key": .string(change.what)] }
                        ?? ["type": .string(change.what)]
                }),
        ]
    }
}
