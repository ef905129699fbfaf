import ArgumentParser
import FHIR
import FHIRClient

/// `pdex api`: who may use the HTTP API.
struct APICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "Make tokens for the HTTP API that pdex serve offers.",
        discussion: HelpText.with(examples: ["pdex api token portal --payer med0"]),
        subcommands: [Token.self])

    /// `pdex api token`.
    struct Token: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token",
            abstract: "Make a token; it is shown once, and kept nowhere.",
            discussion: HelpText.with(
                "The line for pdex.yaml has its SHA-256 only. Whoever has the token may ask for members' data of the payers that stand beside it.",
                examples: ["pdex api token portal --payer med0", "pdex api token prometheus --watch"]))

        @Argument(help: "Who will hold it: a-z, 0-9 and -; the audit trail has this name.")
        var name: String

        @Option(
            name: .customLong("payer"),
            help: ArgumentHelp("A payer for which the holder may ask; may be repeated.", valueName: "name"))
        var payers: [String] = []

        @Flag(help: "The holder may watch the service: /metrics, and what is wrong.")
        var watch = false

        @OptionGroup var output: OutputOptions

        func validate() throws {
            let isName = name.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || $0 == UInt8(ascii: "-")
            }
            guard isName, (1...64).contains(name.utf8.count) else {
                throw ValidationError("NAME has 1 to 64 of a-z, 0-9 and -.")
            }
            guard watch || !payers.isEmpty else {
                throw ValidationError("Say what the token is for: --payer NAME, or --watch.")
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

                    next, in pdex.yaml; where  api  and  tokens  are there already, the last line goes below them:
                    api:
                      tokens:
                        \(entry(sha256: hex))
                    """)
        }

        /// The line that stands below `tokens`.
        func entry(sha256 hex: String) -> String {
            let scope = payers.isEmpty ? "" : ", payers: [\(payers.joined(separator: ", "))]"
            return "\(name): { sha256: \"\(hex)\"\(scope)\(watch ? ", watch: true" : "") }"
        }
    }
}
