import ArgumentParser
import FHIR
import PDex
import SQLiteStore

/// `pdex store backup`: a checked copy, made while the service runs.
struct StoreBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store to a new file and check the copy; the service may go on meanwhile.",
        discussion: HelpText.with(
            "The copy holds what the store holds, members' data included: mode 0600, keep it where the store may be. "
                + "Without the identity secret a backup is of no use; keep that apart.",
            examples: ["pdex store backup /var/backups/pdex-monday.db"]))

    @Argument(help: "The file to make; nothing is overwritten.")
    var file: String

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let copy = try await Assembly.store(of: configuration.load()).backUp(to: file)
        let rows = copy.rows.values.reduce(0, +)
        output.results.write(
            [
                "file": .string(file), "bytes": .number(JSONNumber(copy.fileBytes)),
                "rows": .number(JSONNumber(rows)), "exchanges": .number(JSONNumber(copy.rows["exchange"] ?? 0)),
            ],
            text: "\(file): \(copy.fileBytes.asBytes), \(rows.grouped) rows, sound")
    }
}
