import ArgumentParser
import FHIR
import Foundation
import PDex
import SQLiteStore

/// `pdex store restore`: replaces the store with a backup.
struct StoreRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the place of the store; the file that was there is kept.",
        discussion: HelpText.with(
            "The backup is checked first, and made safe to run: what waits in it is cancelled, and the next run makes "
                + "every exchange again, because nobody knows what the payer has by now. Stop pdex serve before.",
            examples: ["pdex store restore monday.db --reason \"the disk failed\" --yes"]))

    @Argument(help: "The file that  pdex store backup  made; it is not changed.")
    var file: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var reason: ReasonOption
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let configuration = try configuration.load()
        guard yes || Question.ask("Put \(file) in the place of \(configuration.store)?") else {
            throw Fault(.usage, .stop, "Nothing was restored: nobody said yes.", hint: "Give --yes.")
        }
        let secret = try IdentitySecret.load(path: configuration.identitySecret, storeExists: true)
        let identities = Identities(secret: secret, digests: Assembly.digests)
        let restored = try await SQLiteExchangeStore.restore(
            from: file, to: configuration.store, digests: Assembly.digests, identities: identities,
            StoreRestoration(at: SystemClock().now(), actor: NSUserName(), reason: reason.reason))
        let exchanges = restored.statistics.rows["exchange"] ?? 0
        let lines = [
            "restored \(file): \(exchanges.of("exchange")), sound",
            "  cancelled \(restored.cancelled.of("exchange")) that waited",
            restored.last.map { "  what happened after \($0.text) is not known to it" },
            restored.kept.map { "  the store that was there is kept as \($0)" },
            "next: run every job with a schedule once, which sends everything once more, and start pdex serve",
            "  until then replay only --from pull",
        ].compactMap(\.self)
        output.results.write(
            [
                "file": .string(file), "exchanges": .number(JSONNumber(exchanges)),
                "cancelled": .number(JSONNumber(restored.cancelled)),
                "until": restored.last.map { .string($0.text) } ?? .null,
                "kept": restored.kept.map { .string($0) } ?? .null,
            ],
            text: lines.joined(separator: "\n"))
    }
}
