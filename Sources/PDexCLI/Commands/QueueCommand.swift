import ArgumentParser
import FHIR
import Jobs
import PDex

/// `pdex queue`: what is waiting for the payers, and what is on hold.
struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "See what waits for the payers; pause and resume a payer, a job or a lane.",
        discussion: HelpText.with(examples: [
            "pdex queue status", "pdex queue pause payer med0 --reason \"announced outage\"",
            "pdex queue resume payer med0",
        ]),
        subcommands: [Status.self, QueuePauseCommand.self, QueueResumeCommand.self], defaultSubcommand: Status.self)

    /// `pdex queue status`.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Count what is open, by payer, lane and state, and list what is paused.",
            discussion: HelpText.with(examples: ["pdex queue status", "pdex queue status --output json"]))

        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let assembly = try Assembly(configuration.load())
            let (counts, holds, breakers) = try await assembly.operations.queue()
            let now = assembly.clock.now()
            output.results.write(
                [
                    "open": .array(counts.map(\.json)), "paused": .array(holds.map(\.json)),
                    "payers": .array(breakers.map(\.json)),
                ],
                text: [
                    Self.text(of: counts), Self.text(of: holds),
                    breakers.map { $0.words(at: now) }.joined(separator: "\n"),
                ].filter { !$0.isEmpty }.joined(separator: "\n\n"))
        }

        private static func text(of counts: [QueueCount]) -> String {
            guard !counts.isEmpty else { return "nothing waits" }
            var table = TextTable(["payer", "lane", "state", "bundles", "first due"], rightAligned: [3])
            for count in counts {
                table.add(
                    count.payer, count.lane.rawValue, count.state.rawValue, count.count.grouped, count.earliest.text)
            }
            return table.text()
        }

        private static func text(of holds: [Hold]) -> String {
            guard !holds.isEmpty else { return "" }
            var table = TextTable(["paused", "since", "by", "because"])
            for hold in holds {
                table.add("\(hold.subject.rawValue) \(hold.name)", hold.at.text, hold.actor, hold.reason)
            }
            return table.text()
        }
    }
}

extension QueueCount {
    fileprivate var json: JSONValue {
        [
            "payer": .string(payer), "lane": .string(lane.rawValue), "state": .string(state.rawValue),
            "bundles": .number(JSONNumber(count)), "earliest": .string(earliest.text),
        ]
    }
}

extension Hold {
    fileprivate var json: JSONValue {
        [
            "subject": .string(subject.rawValue), "name": .string(name), "since": .string(at.text),
            "by": .string(actor), "reason": .string(reason),
        ]
    }
}
