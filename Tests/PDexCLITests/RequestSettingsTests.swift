import Console
import DeclarativeFiles
import Foundation
import Jobs
import PDex
import PDexTesting
import Testing

@testable import PDexCLI

/// What `pdex.yaml` says about member requests: who may ask for them, and when they are due.
@Suite("Tokens and holidays in pdex.yaml")
struct RequestSettingsTests {
    private static let digest = String(repeating: "0a", count: 32)
    private static let watcher = "{ sha256: \"\(digest)\", watch: true }"

    @Test("a token says whom its holder may ask for, and whether it may watch")
    func tokens() throws {
        let text =
            ConfigurationTests.whole + """

                api:
                  tokens:
                    portal: { sha256: "\(Self.digest)", payers: [med0] }
                    watcher: { sha256: "\(String(repeating: "0b", count: 32))", watch: true }
                """
        let tokens = try #require(try ConfigurationFile.parse(text, path: "pdex.yaml").api?.tokens)
        #expect(tokens.map(\.name) == ["portal", "watcher"])
        #expect(tokens.map(\.payers) == [["med0"], []])
        #expect(tokens.map(\.mayWatch) == [false, true])
    }

    @Test(
        "a token that says nothing, names nobody, is for nothing or another's is told with its line",
        arguments: [
            (#""\#(digest)""#, "says what it is for"), (#"{ sha256: "\#(digest)" }"#, "for nothing"),
            (#"{ sha256: "\#(digest)", payers: [] }"#, "for nothing"),
            (#"{ sha256: "\#(digest)", payers: [med1] }"#, "no payer 'med1' here — did you mean 'med0'?"),
            (#"{ sha256: "0a", payers: [med0] }"#, "64 hexadecimal digits"), ("{ payers: [med0] }", "sha256"),
            (#"{ sha256: "\#(digest)", payers: [med0], all: true }"#, "unknown key 'all'"),
        ])
    func oddTokens(value: String, words: String) throws {
        let text = ConfigurationTests.whole + "\napi: { tokens: { portal: \(value) } }"
        let found = #expect(throws: FileDiagnostics.self) { try ConfigurationFile.parse(text, path: "pdex.yaml") }
        #expect(
            found?.all.contains { $0.message.contains(words) || "\($0)".contains(words) } == true,
            "\(String(describing: found))")
        #expect(found?.all.allSatisfy { $0.position != nil } == true)
        let twice = ConfigurationTests.whole + "\napi: { tokens: { a: \(Self.watcher), b: \(Self.watcher) } }"
        #expect(throws: FileDiagnostics.self) { try ConfigurationFile.parse(twice, path: "pdex.yaml") }
    }

    @Test("holidays are a list or a file of dates")
    func holidays() throws {
        let place = try TemporaryPlace()
        let path = place.path + ".holidays"
        try "# 2026\n\n2026-12-25 Christmas Day\n  2027-01-01\tNew Year\n".write(
            toFile: path, atomically: true, encoding: .utf8)
        let zone = "calendar: { zone: America/New_York, holidays:"
        let byFile = try ConfigurationFile.parse(ConfigurationTests.whole + "\n\(zone) \(path) }", path: "pdex.yaml")
        let byList = try ConfigurationFile.parse(
            ConfigurationTests.whole + "\n\(zone) [2026-12-25, 2027-01-01] }", path: "pdex.yaml")
        #expect(byFile.calendar == byList.calendar)
        #expect(byFile.calendar != BusinessCalendar())
    }

    @Test(
        "everything wrong with a file of holidays is told with its line",
        arguments: [
            ("2026-12-25\n25.12.2026\n2026-02-30\n", ["2:1", "3:1"]), ("2026-12-25\n  2026-12-25 again\n", ["2:3"]),
            ("# nothing\n", [""]), ("2026-12-25,2027-01-01\n", ["1:1"]),
        ])
    func oddHolidays(text: String, places: [String]) throws {
        let place = try TemporaryPlace()
        let path = place.path + ".holidays"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let found = #expect(throws: FileDiagnostics.self) {
            try ConfigurationFile.parse(
                ConfigurationTests.whole + "\ncalendar: { holidays: \(path) }", path: "pdex.yaml")
        }
        #expect(found?.all.map(\.path) == places.map { _ in path })
        #expect(found?.all.map { $0.position.map { "\($0.line):\($0.column)" } ?? "" } == places)
        #expect(throws: FileDiagnostics.self) {
            try ConfigurationFile.parse(
                ConfigurationTests.whole + "\ncalendar: { holidays: \(path).none }", path: "pdex.yaml")
        }
    }
}
