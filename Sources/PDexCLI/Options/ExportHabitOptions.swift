import ArgumentParser
import Sandbox

/// How the sandbox's clinic runs exports, and how long its servers take: habits that differ between real servers.
struct ExportHabitOptions: ParsableArguments {
    @Flag(help: "Clinic0 offers no export: it has to be searched.")
    var noExport = false

    @Flag(help: "Export files are handed out without a token, and to nobody who sends one.")
    var openFiles = false

    @Option(help: ArgumentHelp("How many resources one export file holds.", valueName: "count"))
    var fileSize = ExportHabits().fileSize

    @Option(help: ArgumentHelp("How many files a page of the export's manifest names.", valueName: "count"))
    var filesAPage = ExportHabits().filesAPage

    @Option(help: ArgumentHelp("How many status requests an export answers with 202.", valueName: "count"))
    var polls = ExportHabits().polls

    @Option(help: ArgumentHelp("How long each answer takes beside the work.", valueName: "milliseconds"))
    var latency = 0

    func validate() throws {
        guard fileSize > 0, filesAPage > 0, polls >= 0, (0...60_000).contains(latency) else {
            throw ValidationError(
                "--file-size and --files-a-page are at least 1, --polls is not negative, --latency is at most 60000.")
        }
    }

    /// The habits that the options describe.
    var habits: ExportHabits {
        var habits = ExportHabits()
        habits.isOffered = !noExport
        habits.filesAreOpen = openFiles
        habits.fileSize = fileSize
        habits.filesAPage = filesAPage
        habits.polls = polls
        return habits
    }
}
