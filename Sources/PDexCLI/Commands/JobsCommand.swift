import ArgumentParser
import FHIR
import Foundation
import Jobs
import PDex

/// `pdex jobs`: which jobs there are, whether their files are valid, and when they run.
struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "List and check jobs, and see when they run.",
        discussion: HelpText.with(examples: ["pdex jobs list", "pdex jobs lint", "pdex jobs next"]),
        subcommands: [List.self, Lint.self, Next.self], defaultSubcommand: List.self)

    /// `pdex jobs list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the jobs.", discussion: HelpText.with(examples: ["pdex jobs list"]))

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let jobs = try JobFolder.load(configuration.load())
            var table = TextTable(["job", "from", "to", "mappings", "schedule", "about"])
            for job in jobs {
                table.add(job.name, job.clinic, job.payer, job.mappings, job.when, job.about)
            }
            output.results.write(list: jobs.map(\.json), text: table.text())
        }
    }

    /// `pdex jobs lint`.
    struct Lint: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lint", abstract: "Check every job file, and the names in it.",
            discussion: HelpText.with(examples: ["pdex jobs lint"]))

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let settings = try configuration.load()
            let jobs = try JobFolder.load(settings)
            try ConfigurationCheck(configuration: settings, jobs: jobs).checkMappings()
            output.results.write(
                ["jobs": .number(JSONNumber(jobs.count)), "ok": true], text: "\(jobs.count.of("job")): all right")
        }
    }

    /// `pdex jobs next`.
    struct Next: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "next", abstract: "Show when each job runs next.",
            discussion: HelpText.with(examples: ["pdex jobs next", "pdex jobs next --count 7"]))

        @Option(help: "How many times to show for each job.")
        var count = 1

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (1...1000).contains(count) else { throw ValidationError("--count is a number from 1 to 1000.") }
        }

        func run() throws {
            let jobs = try JobFolder.load(configuration.load())
            let now = SystemClock().now()
            let plan = jobs.map { (job: $0, times: ticks(of: $0, after: now)) }
            var table = TextTable(["job", "next (UTC)", "schedule"])
            for (job, times) in plan {
                for time in times { table.add(job.name, time.text, job.when) }
                if times.isEmpty { table.add(job.name, "never by itself", job.when) }
            }
            let list: [JSONValue] = plan.map { job, times in
                ["job": .string(job.name), "next": .array(times.map { .string($0.text) })]
            }
            output.results.write(list: list, text: table.text())
        }

        private func ticks(of job: Job, after now: Instant) -> [Instant] {
            var ticks: [Instant] = []
            while ticks.count < count, let tick = job.schedule?.next(after: ticks.last ?? now) { ticks.append(tick) }
            return ticks
        }
    }
}

extension Job {
    /// Its schedule in words.
    fileprivate var when: String {
        guard let schedule else { return allowsRequests ? "on request" : "by hand" }
        let later = schedule.jitter > .zero ? ", up to \(Int(schedule.jitter / .seconds(1))) s later" : ""
        return "\(schedule.cron.text) \(schedule.zoneName)\(later)"
    }

    /// The job as JSON.
    fileprivate var json: JSONValue {
        [
            "job": .string(name), "about": .string(about), "from": .string(clinic), "to": .string(payer),
            "mappings": .string(mappings), "schedule": schedule.map { .string($0.cron.text) } ?? .null,
            "zone": schedule.map { .string($0.zoneName) } ?? .null,
            "jitter-seconds": schedule.map { .number(JSONNumber(Int($0.jitter / .seconds(1)))) } ?? .null,
            "request": .bool(allowsRequests),
        ]
    }
}

extension Schedule {
    /// The zone as job files write it.
    var zoneName: String { zone.identifier == "GMT" ? "UTC" : zone.identifier }
}
