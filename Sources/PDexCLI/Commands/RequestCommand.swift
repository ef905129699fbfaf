import ArgumentParser
import Jobs
import PDex
import Pipeline

/// `pdex request`: one member, on demand.
struct RequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Carry one member's data now.",
        discussion: HelpText.with(examples: ["pdex request 4711", "pdex request 4711 --job member-data-request"]))

    @Argument(help: "The id of the Patient at the clinic.")
    var member: String

    @Option(help: "The job to do it by. (default: the one that is there for requests)")
    var job: String?

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let isID = member.utf8.allSatisfy {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        guard isID, (1...64).contains(member.utf8.count) else {
            throw ValidationError("MEMBER is a FHIR id: at most 64 letters, digits, dots and dashes.")
        }
    }

    func run() async throws {
        let progress = output.progress
        let report = try await configuration.reaching { [member, job, output] configuration in
            let job = try Self.job(job, among: JobFolder.load(configuration))
            progress.say("\(job.name): one member, \(job.clinic) → \(job.payer)")
            let operations = try Assembly(configuration, observer: progress.show).operations
            return try await output.reporting(progress) {
                try await operations.request(member: member, job: job.name)
            }
        }
        progress.end()
        output.results.write(
            report.json, text: BalanceSheet(report: report, options: configuration.repeated).text)
        try Ending.check(CommandStatus(report.state))
    }

    /// The job named, or the only one that allows requests, or the only one of those without a schedule.
    static func job(_ name: String?, among jobs: [Job]) throws(Fault) -> Job {
        let allowed = jobs.filter(\.allowsRequests)
        guard let name else {
            let candidates = allowed.count == 1 ? allowed : allowed.filter { $0.schedule == nil }
            if let only = candidates.first, candidates.count == 1 { return only }
            let names = allowed.map(\.name).joined(separator: ", ")
            throw Fault(
                .usage, .stop,
                allowed.isEmpty ? "No job allows requests." : "More than one job allows requests: \(names).",
                hint: allowed.isEmpty ? "Say  on: { request: true }  in a job." : "Name one with --job.")
        }
        let job = try JobFolder.job(name, among: jobs)
        guard job.allowsRequests else {
            throw Fault(
                .usage, .stop, "The job \(job.name) does not allow requests.",
                hint: "Say  on: { request: true }  in its file.")
        }
        return job
    }
}
