import Foundation

/// The program itself, as a shell starts it.
struct PDexProcess: Sendable {
    /// What it left when it ended.
    struct Ending: Sendable {
        let status: Int32
        let output: String
        let errors: String
    }

    private let process: Process
    private let folder: String

    /// Starts it, in `directory` if given; its output goes into files in `folder`, on which the process cannot block.
    init(_ arguments: [String], in folder: String, directory: String? = nil) throws {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let process = Process()
        process.executableURL = tests.appendingPathComponent("pdex")
        process.arguments = arguments
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory, isDirectory: true) }
        for name in ["out", "err"] { try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/out"))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/err"))
        try process.run()
        self.process = process
        self.folder = folder
    }

    var isRunning: Bool { process.isRunning }

    /// Sends a signal, as Ctrl-C does.
    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits until it has ended.
    func ending() throws -> Ending {
        process.waitUntilExit()
        return Ending(
            status: process.terminationReason == .exit ? process.terminationStatus : -1,
            output: try String(contentsOfFile: folder + "/out", encoding: .utf8),
            errors: try String(contentsOfFile: folder + "/err", encoding: .utf8))
    }
}
