import Foundation

/// The sandbox in a separate process, with a folder of configuration, for measuring commands against it.
struct SandboxProcess {
    let pdex: String
    let folder: URL
    private let child: ChildProcess

    /// Starts it with `options` of `pdex sandbox`, and waits until it is listening.
    init(pdex: String, ports: (Int, Int), _ options: [String]) throws {
        self.pdex = pdex
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pdex-bench-\(getpid())-\(ports.0)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let log = folder.appendingPathComponent("sandbox.log").path
        child = try ChildProcess(
            [
                pdex, "sandbox", "--clinic-port", "\(ports.0)", "--payer-port", "\(ports.1)", "--write-config",
                folder.path,
            ] + options, log: log)
        try Self.wait(for: "Med0", in: log)
    }

    /// Terminates it, and removes its folder.
    func end() {
        child.end()
        try? FileManager.default.removeItem(at: folder)
    }

    /// The path of a file in the folder.
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Writes a second configuration to the folder: its `pdex.yaml` with `changes`, and a store of its own.
    func configuration(_ name: String, _ changes: [(from: String, to: String)]) throws -> String {
        var text = try String(contentsOfFile: path("pdex.yaml"), encoding: .utf8)
        for (from, to) in changes + [("./pdex.db", "./\(name).db")] {
            guard text.contains(from) else { throw BenchmarkError("pdex.yaml of the sandbox has no \(from)") }
            text = text.replacingOccurrences(of: from, with: to)
        }
        try text.write(toFile: path(name + ".yaml"), atomically: true, encoding: .utf8)
        return path(name + ".yaml")
    }

    /// One measured run of the nightly job.
    func run(_ configuration: String) throws -> MeasuredRun {
        try MeasuredRun(pdex: pdex, configuration: configuration, output: path("run.json"))
    }

    /// Waits until the sandbox reports that it is listening.
    private static func wait(for word: String, in log: String) throws {
        for _ in 0..<600 {
            if let text = try? String(contentsOfFile: log, encoding: .utf8), text.contains(word) { return }
            usleep(200_000)
        }
        throw BenchmarkError("the sandbox did not start; see \(log)")
    }
}
