import ArgumentParser
import FHIR
import FHIRClient
import PDex

/// `pdex keys`: the private keys used to obtain tokens.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make keys, list them, and print their public half for registration.",
        discussion: HelpText.with(examples: [
            "pdex keys new clinic0-2026", "pdex keys list", "pdex keys jwks > jwks.json",
        ]),
        subcommands: [New.self, List.self, JWKS.self])

    /// `pdex keys new`.
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new", abstract: "Make a private key in the key folder; none is ever overwritten.",
            discussion: HelpText.with(examples: [
                "pdex keys new clinic0-2026", "pdex keys new med0-2026 --algorithm RS384",
            ]))

        @Argument(help: "The name of the key, under which its public half is registered.")
        var kid: String

        @Option(help: "ES384 (P-384) or RS384 (RSA of 3072 bits).")
        var algorithm = SigningAlgorithm.es384

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let settings = try configuration.load()
            try KeyGenerator.generate(kid: kid, algorithm: algorithm, into: settings.keys)
            output.results.write(
                ["kid": .string(kid), "alg": .string(algorithm.rawValue)],
                text: """
                    made \(settings.keys)/\(kid).pem (\(algorithm.rawValue), mode 0600)

                    next: register the public half, then name the key in pdex.yaml
                      \(ProgramName.current.text) keys jwks --kid \(kid)
                    """)
        }
    }

    /// `pdex keys list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the keys and who uses them.",
            discussion: HelpText.with(examples: ["pdex keys list"]))

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let settings = try configuration.load()
            let servers = settings.clinics.map(\.server) + settings.payers.map(\.server)
            var table = TextTable(["key", "algorithm", "used for"])
            var list: [JSONValue] = []
            for key in try await KeyFolder(path: settings.keys).keys() {
                let users = servers.filter { $0.client?.key == key.kid }.map(\.name)
                table.add(key.kid, key.algorithm.rawValue, users.joined(separator: ", "))
                list.append([
                    "kid": .string(key.kid), "alg": .string(key.algorithm.rawValue),
                    "used-for": .array(users.map { .string($0) }),
                ])
            }
            output.results.write(list: list, text: table.text())
        }
    }

    /// `pdex keys jwks`.
    struct JWKS: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "jwks", abstract: "Print the public keys as a JWK Set, to register or to publish.",
            discussion: HelpText.with(examples: [
                "pdex keys jwks --kid clinic0-2026", "pdex keys jwks --kid med0-2026 --kid med0-2027 > med0.json",
            ]))

        @Option(help: "Only this key; may be given again. (default: all)")
        var kid: [String] = []

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let set = try Self.chosen(kid, of: KeyFolder(path: configuration.load().keys).publicJWKS())
            output.results.write(set, text: set.serialized(pretty: true))
        }

        /// The keys of those names, or all. Throws `key.missing` for an unknown name: publishing an incomplete set
        /// would withdraw the keys left out.
        static func chosen(_ kids: [String], of all: JSONValue) throws(Fault) -> JSONValue {
            guard !kids.isEmpty else { return all }
            let keys = (all["keys"]?.elements ?? []).filter { $0["kid"]?.string.map(kids.contains) ?? false }
            let missing = Set(kids).subtracting(keys.compactMap { $0["kid"]?.string }).sorted()
            guard missing.isEmpty else {
                throw Fault(
                    .keyMissing, .stop, "There is no key called \(missing.joined(separator: ", ")).",
                    hint: "pdex keys list  shows the names.")
            }
            return ["keys": .array(keys)]
        }
    }
}
