import ArgumentParser
import Foundation
import Testing

@testable import PDexCLI

@Suite("The commands")
struct CommandsTests {
    /// Every command and subcommand by its words.
    private static let all: [Words] = commands(PDexCommand.self, ["pdex"])

    struct Words: Sendable, CustomTestStringConvertible {
        let words: [String]
        let help: String
        let isLeaf: Bool
        var testDescription: String { words.joined(separator: " ") }
    }

    private static func commands(_ command: any ParsableCommand.Type, _ words: [String]) -> [Words] {
        let below = command.configuration.subcommands
        let help = PDexCommand.helpMessage(for: command, columns: 80)
        return [Words(words: words, help: help, isLeaf: below.isEmpty)]
            + below.flatMap { commands($0, words + [$0.configuration.commandName ?? ""]) }
    }

    @Test("there are the commands that the manual lists")
    func list() {
        #expect(
            Set(Self.all.filter(\.isLeaf).map { $0.words.dropFirst().joined(separator: " ") }) == [
                "demo", "sandbox", "serve", "plan", "run", "request", "exchanges list", "exchanges show",
                "exchanges cancel", "replay", "api token", "members import", "members list", "members show",
                "members explain", "members match", "members fetch", "consent explain", "audit export", "members link",
                "members unlink",
                "requests list",
                "requests show",
                "requests cancel",
                "jobs lint", "jobs next", "jobs list", "mappings lint", "mappings test", "mappings diff",
                "mappings explain", "validate",
                "keys new", "keys list", "keys jwks", "auth test", "config check", "doctor", "store stats",
                "store check", "runs list", "runs show", "runs cancel", "queue status", "queue pause", "queue resume",
                "store backup", "store restore", "store vacuum", "store prune",
            ])
    }

    @Test("every help text has an example and the exit codes", arguments: all)
    func help(_ command: Words) {
        let words = command.help.split(whereSeparator: \.isWhitespace).joined(separator: " ")

        #expect(command.help.contains("EXAMPLES\n  pdex "))
        #expect(words.contains("0 ok, 1 failed, 2 usage or configuration, 3 partial"))
        #expect(words.contains("130 interrupted"))
    }

    @Test("no example is broken into two lines, which a shell would take for two commands", arguments: all)
    func examples(_ command: Words) {
        let lines = command.help.split(separator: "\n", omittingEmptySubsequences: false)
        let examples = lines.drop { $0 != "EXAMPLES" }.dropFirst().prefix { !$0.isEmpty }

        #expect(!examples.isEmpty)
        #expect(examples.filter { !$0.hasPrefix("  pdex ") } == [])
    }

    @Test("no secret and nothing about a person can be given on the command line", arguments: all)
    func canary(_ command: Words) {
        let options = command.help.matches(of: /--[a-z-]+/).map { String($0.output) }
        let forbidden = [
            "secret", "password", "token", "assertion", "private", "pem", "name", "birth", "ssn", "dob", "phone",
            "address", "member-id", "mrn", "gender",
        ]

        #expect(options.filter { option in forbidden.contains { option.contains($0) } } == [])
    }

    @Test(
        "a reason for the audit trail is one line, whichever command asks for it",
        arguments: [
            ["exchanges", "cancel", "4abc12"], ["requests", "cancel", "4abc12"], ["queue", "pause", "payer", "med0"],
            ["members", "link", "4711", "m1"], ["members", "unlink", "4711"], ["runs", "cancel", "4abc12"],
            ["replay", "4abc12"], ["store", "restore", "backup.db"],
        ])
    func reason(_ words: [String]) throws {
        for refused in ["", " ", "two\nlines", String(repeating: "x", count: 201)] {
            let fault = #expect(throws: (any Error).self) {
                try PDexCommand.parseAsRoot(words + ["--reason", refused])
            }
            #expect(fault.map { PDexCommand.fullMessage(for: $0).contains("--reason is one line") } == true)
        }
        _ = try PDexCommand.parseAsRoot(words + ["--reason", "asked for twice"])
    }

    @Test("every command that speaks has the options that all have", arguments: all.filter(\.isLeaf))
    func shared(_ command: Words) {
        let isService = command.words == ["pdex", "serve"]

        #expect(isService || command.help.contains("--output <format>"))
        #expect(isService || command.help.contains("--no-color"))
    }
}
