import ArgumentParser
import PDex

/// Which configuration a command works with.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("The configuration. (default: ./pdex.yaml)", valueName: "file"))
    var config: String?

    @Flag(help: "Work on what  pdex demo  made in ./.pdex-demo, with its clinic and payer started for this command.")
    var demo = false

    func validate() throws {
        guard config == nil || !demo else {
            throw ValidationError("--config and --demo exclude each other.")
        }
    }

    /// Whether no option was given, so that ./pdex.yaml is used.
    var isDefault: Bool { config == nil && !demo }

    /// The file to read.
    var path: String { demo ? SandboxFolder.demo.configuration : config ?? "pdex.yaml" }

    /// Reads the configuration. Throws `config.missing` and `config.invalid`.
    func load() throws(Fault) -> Configuration {
        if demo, !SandboxFolder.demo.exists {
            throw Fault(
                .configMissing, .stop, "There is no demonstration in \(SandboxFolder.demo.path).",
                hint: "Run  pdex demo  first, in this folder.")
        }
        return try ConfigurationFile.load(path: path)
    }

    /// Works with the configuration and, with `--demo`, while the demonstration's servers run.
    func reaching<Value: Sendable>(
        _ body: @escaping @Sendable (Configuration) async throws -> Value
    ) async throws -> Value {
        let configuration = try load()
        return demo ? try await SandboxFolder.demo.serving(body) : try await body(configuration)
    }

    /// A command to type next, on the same configuration.
    func command(_ words: String) -> String {
        [ProgramName.current.text, words, repeated].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The options that make printed commands work on the same configuration.
    var repeated: String { demo ? "--demo" : config.map { "--config " + $0.typedInShell } ?? "" }
}
