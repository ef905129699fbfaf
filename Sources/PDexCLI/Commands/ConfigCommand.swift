import ArgumentParser
import FHIR
import FHIRClient
import Jobs
import PDex

/// `pdex config`: the configuration.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check the configuration.",
        discussion: HelpText.with(examples: ["pdex config check", "pdex config check --config prod/pdex.yaml"]),
        subcommands: [Check.self])

    /// `pdex config check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check pdex.yaml, the keys and files it names, and the jobs with their mappings; ask no server.",
            discussion: HelpText.with(examples: ["pdex config check"]))

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let settings = try configuration.load()
            try await Self.checkKeys(settings)
            let jobs = try JobFolder.load(settings)
            let check = ConfigurationCheck(configuration: settings, jobs: jobs)
            try check.checkMappings()
            try check.checkRecords()
            let warnings = check.warnings
            output.results.write(
                [
                    "configuration": .string(settings.path), "ok": true,
                    "clinics": .array(settings.clinics.map { .string($0.server.name) }),
                    "payers": .array(settings.payers.map { .string($0.server.name) }),
                    "jobs": .array(jobs.map { .string($0.name) }), "warnings": .array(warnings.map(\.json)),
                ],
                text: """
                    \(settings.path): \(warnings.isEmpty ? "all right" : "it can be used, with \(warnings.count.of("warning"))")
                      \(settings.clinics.count.of("clinic")), \(settings.payers.count.of("payer")), \
                    \(jobs.count.of("job"))
                    \(warnings.map { "warn: \($0.subject): \($0.found)\n  \($0.next ?? "")\n" }.joined())\
                    next: \(configuration.command("doctor"))
                    """)
        }

        /// Every key that is named must exist and be usable, including the keys of certificates. Throws `key.missing`,
        /// `key.exposed` and `key.unusable`.
        static func checkKeys(_ settings: Configuration) async throws {
            let held = Set(try await KeyFolder(path: settings.keys).keys().map(\.kid))
            for server in settings.clinics.map(\.server) + settings.payers.map(\.server) {
                try server.transport.clientCertificate?.checkKey()
                guard let key = server.client?.key, !held.contains(key) else { continue }
                throw Fault(
                    .keyMissing, .stop, "There is no key \(key), which \(server.name) needs, in \(settings.keys).",
                    hint: "Make it with  pdex keys new \(key)  and register its public half.")
            }
        }
    }
}
