import ArgumentParser
import Jobs
import PDex

/// The job whose clinic and payer decide which members a command works on.
struct MemberOptions: ParsableArguments {
    @Option(
        help:
            "The job whose clinic, payer and rules are meant. (default: the scheduled one, when all jobs have the same clinic and payer)"
    )
    var job: String?

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    /// Calls `body` with the operations and the name of the job.
    func reaching<Value: Sendable>(
        _ body: @escaping @Sendable (Operations, String) async throws -> Value
    ) async throws -> Value {
        try await configuration.reaching { [job] configuration in
            let jobs = try JobFolder.load(configuration)
            let name = try Self.job(job, among: jobs).name
            return try await body(try Assembly(configuration).operations, name)
        }
    }

    private static func job(_ name: String?, among jobs: [Job]) throws(Fault) -> Job {
        if let name { return try JobFolder.job(name, among: jobs) }
        let ways = Set(jobs.map { [$0.clinic, $0.payer] })
        if ways.count == 1, let job = jobs.first(where: { $0.schedule != nil }) ?? jobs.first { return job }
        throw Fault(
            .usage, .stop, "The jobs have more than one clinic or payer: \(jobs.map(\.name).joined(separator: ", ")).",
            hint: "Name one with --job.")
    }
}
