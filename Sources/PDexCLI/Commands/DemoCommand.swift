import ArgumentParser
import FHIR
import Foundation
import Jobs
import PDex
import Pipeline

/// `pdex demo`: a night between the built-in clinic and payer.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run a night between an invented clinic and payer, on this machine.",
        discussion: HelpText.with(
            "Makes the folder .pdex-demo with a configuration, keys and a store, starts Clinic0 and Med0 on loopback "
                + "ports and runs nightly-payer-sync. A second run finds nothing new to send.",
            examples: [
                "pdex demo", "pdex demo --members 500", "pdex demo --reset",
                "pdex exchanges list --state parked --demo",
            ]))

    @Flag(help: "Start afresh: forget what the clinic, the payer and pdex remember.")
    var reset = false

    @Option(help: ArgumentHelp("How many people to invent. (default: 50)", valueName: "count"))
    var members: Int?

    @Option(help: ArgumentHelp("Another seed invents other people. (default: 1)", valueName: "number"))
    var seed: Int?

    @OptionGroup var output: OutputOptions

    private static let job = "nightly-payer-sync"

    func validate() throws {
        guard (1...100_000).contains(members ?? 1) else {
            throw ValidationError("--members is a number from 1 to 100000.")
        }
        guard seed ?? 0 >= 0 else { throw ValidationError("--seed is not negative.") }
    }

    func run() async throws {
        let progress = output.progress
        let folder = SandboxFolder.demo
        // Before anything is promised or removed.
        _ = try ProjectFiles.find()
        if reset { try folder.remove() }
        let settings = try settings(of: folder)
        progress.say("demo in \(folder.path): Clinic0 and Med0 with \(settings.members.of("member"))")
        try folder.make(settings)
        let report: RunReport = try await folder.serving { [output] configuration in
            let assembly = try Assembly(configuration, observer: progress.show, announce: { _ in })
            return try await output.reporting(progress) { try await assembly.operations.run(job: Self.job) }
        }
        progress.end()
        output.results.write(report.json, text: BalanceSheet(report: report, options: "--demo").text + closing)
        // Parked exchanges are there to be looked at; they are no failure of the demonstration.
        if !report.balanced { try Ending.check(.partial) }
    }

    /// The settings of the existing folder, or new ones; changing them needs `--reset`.
    private func settings(of folder: SandboxFolder) throws -> SandboxSettings {
        guard folder.exists else {
            let now = SystemClock().now()
            var settings = SandboxSettings(asOf: now.adding(milliseconds: -(now.milliseconds % 86_400_000)))
            settings.members = members ?? settings.members
            settings.seed = seed ?? settings.seed
            return settings
        }
        let settings = try folder.settings()
        guard members ?? settings.members == settings.members, seed ?? settings.seed == settings.seed else {
            throw Fault(
                .usage, .stop,
                "The demonstration in \(folder.path) has seed \(settings.seed) and \(settings.members) members.",
                hint: "Give --reset too, to start afresh with others.")
        }
        return settings
    }

    private var closing: String {
        let program = ProgramName.current.text
        return "\n\n  \(program) demo once more sends nothing new; \(program) demo --reset starts afresh."
    }
}
