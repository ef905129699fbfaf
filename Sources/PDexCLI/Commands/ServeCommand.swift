import ArgumentParser
import Console
import Foundation
import Jobs
import Logging
import Metrics
import PDex
import Pipeline
import ServiceLifecycle

/// `pdex serve`: all jobs on their schedules, until stopped.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run all jobs on their schedules and deliver what becomes due, until stopped.",
        discussion: HelpText.with(
            "Writes JSON lines to stderr: ids, counts and codes, never content; on a terminal, below them, one line of "
                + "what it is at. Ctrl-C and SIGTERM stop it where it "
                + "can go on later; then it ends with 0.",
            examples: ["pdex serve", "pdex serve --log-level debug 2>> pdex.log"]))

    @Option(help: ArgumentHelp("The least that is logged: debug, info, notice, warning or error.", valueName: "level"))
    var logLevel = Logger.Level.info

    @OptionGroup var configuration: ConfigurationOptions

    func run() async throws {
        DescriptorLimit.raise()
        let line = Terminal.progressStyle == .bar ? StatusLine.onTerminal : nil
        var logger = Logger(label: "pdex") { label in
            guard let line else { return JSONLogHandler(label: label, clock: SystemClock()) }
            return JSONLogHandler(label: label, clock: SystemClock(), write: line.pass)
        }
        logger.logLevel = logLevel
        let told = logger
        // Must precede the first count.
        let metrics = MetricsRegistry()
        MetricsSystem.bootstrap(metrics)
        try await configuration.reaching { configuration in
            let jobs = try JobFolder.load(configuration)
            RunMeter.begin(payers: Set(jobs.map(\.payer)))
            let progress = RunsAtWork()
            let assembly = try Assembly(configuration, actor: "service") { event in
                told.note(event)
                RunMeter.count(event)
                progress.note(event)
            } announce: {
                told.notice("\($0)")
            }
            var services = Self.services(jobs, assembly, metrics, logger: told)
            if let line {
                services.append(
                    StatusTeller(
                        line, jobs: jobs, operations: assembly.operations, progress: progress, clock: assembly.clock))
            }
            // The last is stopped first.
            services.append(Farewell(operations: assembly.operations, logger: told))
            told.info(
                "serving",
                metadata: ["version": "\(Version.current)", "jobs": "\(jobs.map(\.name).joined(separator: " "))"])
            try await assembly.servingFiles(note: { told.warning("\($0)") }) { [services] in
                try await Self.serve(services)
            }
            told.info("stopped")
        }
    }

    private static func services(
        _ jobs: [Job], _ assembly: Assembly, _ metrics: MetricsRegistry, logger: Logger
    ) -> [any Service] {
        let operations = assembly.operations
        let heartbeat = Heartbeat()
        var services: [any Service] = [
            Scheduler(jobs: jobs, operations: operations, logger: logger, heartbeat: heartbeat),
            Worker(jobs: jobs, operations: operations, logger: logger),
            RequestDesk(operations: operations, logger: logger),
            ReplayDesk(operations: operations, logger: logger),
        ]
        if let pruner = assembly.pruner(logger: logger) { services.append(pruner) }
        if let api = assembly.api(jobs, metrics: metrics, heartbeat: heartbeat, logger: logger) { services.append(api) }
        return services
    }

    /// Runs services until this task is cancelled, then stops them gracefully.
    ///
    /// The group gets no logger: it would log services with all their properties, secrets included.
    static func serve(_ services: [any Service]) async throws {
        let silence = Logger(label: "pdex.services") { _ in SwiftLogNoOpLogHandler() }
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, logger: silence)
        // Deliveries under way may finish; those that take longer are cancelled, and their claims expire.
        configuration.maximumGracefulShutdownDuration = .seconds(30)
        let group = ServiceGroup(configuration: configuration)
        // Not a child: cancelling this command stops the services gracefully instead.
        let running = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await running.value
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
    }
}
