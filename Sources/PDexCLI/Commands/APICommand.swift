import ArgumentParser
import FHIR
import FHIRClient

/// `pdex api`: who may use the HTTP API.
struct APICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "Make tokens for the HTTP API that pdex serve offers.",
        discussion: HelpText.with(examples: ["pdex api token portal"]),
        subcommands: [Token.self])

    /// `pdex api token`.
    struct Token: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token",
            abstract: "Make a token; it is shown once, and kept nowhere.",
            discussion: HelpText.with(
                "The line for pdex.yaml has its SHA-256 only. Whoever has the token may ask for members' data.",
                examples: ["pdex api token portal"]))

        @Argument(help: "Who will hold it: a-z, 0-9 and -; the audit trail has this name.")
        var name: String

        @OptionGroup var output: OutputOptions

        func validate() throws {
            let isName = name.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || $0 == UInt8(ascii: "-")
            }
            guard isName, (1...64).contains(name.utf8.count) else {
                throw ValidationError("NAME has 1 to 64 of a-z, 0-9 and -.")
            }
        }

        func run() throws {
            let token = Base64URL.encode(RandomBytes.bytes(32))
            let digest = Array(token.utf8).withUnsafeBytes { SHA256.hash($0) }
            let hex = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            output.results.write(
                ["name": .string(name), "token": .string(token), "sha256": .string(hex)],
                text: """
                    \(token)

                    next, in pdex.yaml:
                      api: { tokens: { \(name): "\(hex)" } }
                    """)
        }
    }
}
