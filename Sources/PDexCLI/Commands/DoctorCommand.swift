import ArgumentParser
import PDex

/// `pdex doctor`: is everything in place?
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at everything a night needs: configuration, keys, store, mappings, jobs, servers, clocks.",
        discussion: HelpText.with(examples: ["pdex doctor", "pdex doctor --offline", "pdex doctor --demo"]))

    @Flag(help: "Ask no server.")
    var offline = false

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let doctor = try await examined()
        var table = TextTable()
        for finding in doctor.findings {
            table.add(finding.verdict.rawValue, finding.subject, finding.found.replacing("\n", with: " "))
            if let next = finding.next { table.add("", "", "next: \(next)") }
        }
        output.results.write(list: doctor.findings.map(\.json), text: table.text())
        try Ending.check(doctor.status)
    }

    private func examined() async throws -> Doctor {
        if configuration.demo, !offline {
            return try await configuration.reaching { [options = configuration.repeated] configuration in
                var doctor = Doctor()
                doctor.options = options
                await doctor.examine({ configuration }, reaches: true)
                return doctor
            }
        }
        var doctor = Doctor()
        doctor.options = configuration.repeated
        await doctor.examine({ try configuration.load() }, reaches: !offline)
        return doctor
    }
}
