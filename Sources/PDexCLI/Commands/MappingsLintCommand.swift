import ArgumentParser
import FHIR
import Mappings
import PDex

/// `pdex mappings lint`: whether the files can be used.
struct MappingsLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Check mapping files: keys, elements, expressions, concept maps.",
        discussion: HelpText.with(examples: ["pdex mappings lint", "pdex mappings lint us-core-6.1.0"]))

    @Argument(help: "A mapping set. (default: all)")
    var set: String?

    @OptionGroup var options: MappingOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let folders = try options.folders()
        var table = TextTable()
        var list: [JSONValue] = []
        for name in try options.names(set, in: folders) {
            let set = try folders.loadWithContext(name).set
            let asked = set.valueSets.isEmpty ? "" : ", \(set.valueSets.count.of("value set"))"
            table.add(
                set.name, set.mappings.count.of("mapping"), "for \(set.types.count.of("type"))\(asked): all right")
            list.append([
                "set": .string(set.name), "target": .string(set.target), "hash": .string(set.hash),
                "mappings": .number(JSONNumber(set.mappings.count)),
                "types": .array(set.types.map { .string($0) }),
                "valueSets": .array(set.valueSets.map { .string($0) }),
                "followsReferences": .bool(set.readsReferences),
            ])
        }
        if set == nil {
            for category in try SensitivityLists.load(mappings: folders.path).categories {
                let place = "\(SensitivityFolder.name)/\(category.name)"
                table.add(place, category.count.of("code"), "released by \(category.release.rawValue): all right")
                list.append([
                    "sensitivity": .string(category.name), "entries": .number(JSONNumber(category.count)),
                    "released-by": .string(category.release.rawValue),
                ])
            }
        }
        output.results.write(list: list, text: table.text())
    }
}
