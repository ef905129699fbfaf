import ArgumentParser
import FHIR
import SQLiteStore

/// `pdex store vacuum`: returns unused space to the disk.
struct StoreVacuumCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vacuum",
        abstract: "Write the store anew without the room that deleted rows left.",
        discussion: HelpText.with(
            "Nobody writes meanwhile, and as much room as the store takes is needed once more: choose a quiet hour.",
            examples: ["pdex store vacuum"]))

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (before, after, isGivenBack) = try await Assembly.store(of: configuration.load()).vacuum()
        let note = isGivenBack ? "" : "; somebody is reading it: the disk has the room back after that"
        output.results.write(
            [
                "before": .number(JSONNumber(before)), "after": .number(JSONNumber(after)),
                "given-back": .bool(isGivenBack),
            ],
            text: "the store: \(before.asBytes) before, \(after.asBytes) now\(note)")
    }
}
