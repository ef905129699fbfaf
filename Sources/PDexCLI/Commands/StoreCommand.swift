import ArgumentParser
import FHIR
import PDex
import SQLiteStore

/// `pdex store`: the store itself.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Look at the store: how much is in it, whether it is sound; back it up and restore it.",
        discussion: HelpText.with(examples: ["pdex store stats", "pdex store check", "pdex store backup FILE"]),
        subcommands: [
            Stats.self, Check.self, StoreBackupCommand.self, StoreRestoreCommand.self, StorePruneCommand.self,
            StoreVacuumCommand.self,
        ])

    /// `pdex store stats`.
    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stats", abstract: "Count what the store holds.",
            discussion: HelpText.with(examples: ["pdex store stats"]))

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let store = try Assembly.store(of: configuration.load())
            let statistics = try await store.read { try $0.statistics() }
            output.results.write(statistics.json, text: statistics.text)
        }
    }

    /// `pdex store check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Look for damage: pages, references between rows, the audit trail.",
            discussion: HelpText.with(examples: ["pdex store check"]))

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let findings = try await Assembly.store(of: configuration.load()).check()
            let list: [JSONValue] = findings.map {
                ["check": .string($0.check.rawValue), "message": .string($0.message)]
            }
            let lines = findings.map { "\($0.check.rawValue): \($0.message)" }.joined(separator: "\n")
            output.results.write(list: list, text: lines.isEmpty ? "the store is sound" : lines)
            guard findings.isEmpty else {
                throw Fault(
                    .storeCorrupt, .stop, "The store is damaged: \(findings.count.of("finding")).",
                    hint: "Stop pdex, keep a copy of the file, and restore the latest backup.")
            }
        }
    }
}

extension StoreStatistics {
    fileprivate var json: JSONValue {
        [
            "schema": .number(JSONNumber(schemaVersion)), "bytes": .number(JSONNumber(fileBytes)),
            "rows": .counts(rows), "staged": .counts(staged),
        ]
    }

    fileprivate var text: String {
        var table = TextTable(rightAligned: [1])
        table.add("file", fileBytes.asBytes)
        table.add("schema", "\(schemaVersion)")
        for (name, count) in rows.sorted(by: { $0.key < $1.key }) { table.add(name, count.grouped) }
        for (type, count) in staged.sorted(by: { $0.key < $1.key }) { table.add("  " + type, count.grouped) }
        return table.text()
    }
}

extension JSONValue {
    fileprivate static func counts(_ counts: [String: Int]) -> JSONValue {
        let sorted = counts.sorted { $0.key < $1.key }
        return .object(JSONObject(members: sorted.map { .init(key: $0.key, value: .number(JSONNumber($0.value))) }))
    }
}
