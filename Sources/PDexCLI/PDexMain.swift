import ArgumentParser
import DeclarativeFiles
import Foundation
import Jobs
import PDex

/// The process: runs one command, stops it when asked to, and ends with its status.
@main
enum PDexMain {
    static func main() async {
        CoreFiles.forbid()
        SharedHeap.prepare()
        let arguments = Array(CommandLine.arguments.dropFirst())
        let work = Task { await status(of: arguments, as: .current) }
        Interruption.listen {
            if Terminal.isThere { Terminal.write("\nStopping …\n", to: 2) }
            work.cancel()
        }
        exit(await work.value.rawValue)
    }

    /// Runs the command that `arguments` name; errors are written to stderr.
    static func status(
        of arguments: [String], as program: ProgramName = .standard,
        errors: @Sendable (String) -> Void = { Terminal.write($0, to: 2) }
    ) async -> CommandStatus {
        if let message = unknownCommand(arguments) {
            errors(message + "\n")
            return .usage
        }
        do {
            var command = try PDexCommand.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return .success
        } catch let ending as Ending {
            return ending.status
        } catch _ where Interruption.wasRequested {
            errors("run.interrupted: stopped as asked; the same command goes on where it stood\n")
            return .interrupted
        } catch let fault as Fault {
            errors(program.inserted(into: "\(fault)\n"))
            return CommandStatus(fault.code)
        } catch let failure as RunFailure {
            errors(program.inserted(into: "\(failure.fault)\n"))
            return CommandStatus(failure.fault.code)
        } catch is CancellationError {
            errors("run.interrupted: the same command goes on where it stood\n")
            return .interrupted
        } catch {
            return status(ofParsing: error, errors)
        }
    }

    /// Help and version are results; every other argument error is a usage error (ArgumentParser exits with 64).
    private static func status(ofParsing error: any Error, _ errors: (String) -> Void) -> CommandStatus {
        let message = PDexCommand.fullMessage(for: error)
        guard PDexCommand.exitCode(for: error) != .success else {
            Terminal.write(message + "\n", to: 1)
            return .success
        }
        let prefix = "Error: "
        let text = message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
        let isUsage = PDexCommand.exitCode(for: error) == .validationFailure
        errors((isUsage ? "usage.invalid: " : "failed: ") + text + "\n")
        return isUsage ? .usage : .failed
    }

    /// What to say about a first word that is no command, or of one of the words after `help`; nil when all are.
    private static func unknownCommand(_ arguments: [String]) -> String? {
        let isHelp = arguments.first == "help"
        let words = isHelp ? arguments.dropFirst() : arguments.prefix(1)
        var path = ["pdex"]
        var commands = PDexCommand.configuration.subcommands
        for word in words where !word.hasPrefix("-") && !commands.isEmpty {
            if let command = commands.first(where: { $0.configuration.commandName == word }) {
                path.append(word)
                commands = command.configuration.subcommands
                continue
            }
            let names = commands.compactMap { $0.configuration.commandName }
            let suggestion = Suggestion.closest(to: word, among: names).map { " — did you mean '\($0)'?" } ?? ""
            let asked = (path.dropFirst() + [String(word.prefix(64))]).joined(separator: " ")
            let place = path.joined(separator: " ")
            return "usage.invalid: There is no command '\(asked)'\(suggestion)\nUsage: \(place) <subcommand>\n"
                + "  See '\(place) --help' for more information."
        }
        return nil
    }
}
