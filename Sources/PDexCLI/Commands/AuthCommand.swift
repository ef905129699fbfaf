import ArgumentParser
import FHIR
import FHIRClient
import PDex

/// `pdex auth`: how tokens are obtained.
struct AuthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth",
        abstract: "Test how clinics and payers let us in.",
        discussion: HelpText.with(examples: ["pdex auth test", "pdex auth test clinic0"]),
        subcommands: [Test.self])

    /// `pdex auth test`.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Walk the way to a token step by step: keys, SMART configuration, signature, scopes.",
            discussion: HelpText.with(examples: ["pdex auth test", "pdex auth test med0 --demo"]))

        @Argument(help: "The name of a clinic or payer. (default: all)")
        var name: String?

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let findings = try await configuration.reaching { [name] configuration in
                try await AuthFindings.collect(configuration, only: name)
            }
            output.results.write(list: findings.all.map(\.json), text: findings.text)
            if let fault = findings.firstFault { try Ending.check(CommandStatus(fault.code)) }
        }
    }
}
