import ArgumentParser
import FHIR
import Foundation
import SQLiteStore

/// `pdex store prune`: forgets what is finished and old.
struct StorePruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Forget what is finished and older than retention in pdex.yaml says.",
        discussion: HelpText.with(
            "pdex serve does it daily. Exchanges, the audit trail, and whatever is open or parked are never forgotten.",
            examples: ["pdex store prune --dry-run", "pdex store prune"]))

    @Flag(help: "Only count what would be forgotten.")
    var dryRun = false

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let configuration = try configuration.load()
        let store = try Assembly.store(of: configuration)
        let (now, retention) = (SystemClock().now(), configuration.retention)
        let rows =
            dryRun
            ? try await store.prunable(retention, now: now)
            : try await store.prune(retention, now: now, actor: NSUserName())
        let keeps = retention.isForGood ? "\n  no retention is configured: everything is kept" : ""
        output.results.write(
            [
                "bundles": .number(JSONNumber(rows.bundles)), "receipts": .number(JSONNumber(rows.receipts)),
                "requests": .number(JSONNumber(rows.requests)), "forgotten": .bool(!dryRun),
            ],
            text: (dryRun ? "would forget " : "forgot ") + rows.words + keeps)
    }
}
