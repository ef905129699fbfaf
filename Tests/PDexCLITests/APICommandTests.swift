import ArgumentParser
import Console
import DeclarativeFiles
import Testing

@testable import PDexCLI

@Suite("pdex api token")
struct APICommandTests {
    @Test("the lines of two tokens stand below one another in the configuration")
    func lines() throws {
        let portal = try APICommand.Token.parse(["portal", "--payer", "med0"])
            .entry(sha256: String(repeating: "ab", count: 32))
        let watcher = try APICommand.Token.parse(["prometheus", "--watch"])
            .entry(sha256: String(repeating: "cd", count: 32))

        let configuration = try ConfigurationFile.parse(
            ConfigurationTests.whole + "\napi:\n  tokens:\n    \(portal)\n    \(watcher)\n", path: "pdex.yaml")

        let tokens = try #require(configuration.api?.tokens)
        #expect(tokens.map(\.name) == ["portal", "prometheus"])
        #expect(tokens.map(\.mayWatch) == [false, true])
        #expect(tokens.map(\.payers) == [["med0"], []])
    }
}
