import FHIR
import Foundation

/// A whole night against the sandbox in another process: CPU and memory of the service's own process.
struct NightBenchmark {
    let pdex: String

    /// What one night took.
    struct Night {
        let resources: Int
        let bundles: Int
        let usage: Usage
        let seconds: Double
    }

    func run() async throws {
        let small = try night(members: 1_000, ports: (18_510, 18_511))
        show(small)
        let large = try night(members: 10_000, ports: (18_520, 18_521))
        show(large)
        let growth = Double(large.usage.peakBytes) / Double(small.usage.peakBytes)
        print("memory of the large night is \(Row.number(growth)) x that of the small one")
    }

    private func show(_ night: Night) {
        let perSecond = Double(night.resources) / night.usage.cpuSeconds
        print(
            Row.text(
                "night of \(night.resources)",
                "\(Row.number(night.usage.cpuSeconds)) CPU s, \(Row.whole(perSecond)) a CPU s",
                "\(Row.number(Double(night.usage.peakBytes) / 1e6)) MB at most",
                "\(night.bundles) bundles in \(Row.number(night.seconds)) s"))
    }

    private func night(members: Int, ports: (Int, Int)) throws -> Night {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pdex-night-\(getpid())-\(members)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = folder.appendingPathComponent("sandbox.log").path
        let sandbox = try ChildProcess(
            [
                pdex, "sandbox", "--members", "\(members)", "--clinic-port", "\(ports.0)", "--payer-port", "\(ports.1)",
                "--write-config", folder.path,
            ], log: log)
        defer { sandbox.end() }
        try wait(for: "Med0", in: log)
        let began = Date()
        let output = folder.appendingPathComponent("run.json").path
        let child = try ChildProcess(
            [
                pdex, "run", "nightly-payer-sync", "--config", folder.appendingPathComponent("pdex.yaml").path,
                "--output", "json", "--quiet",
            ], log: output)
        let (code, usage) = child.wait()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        guard code == 0 || code == 3, let json = try? JSONParser.parse(text) else {
            throw BenchmarkError("the night ended with \(code): \(text.prefix(2000))")
        }
        return Night(
            resources: json["pulled"]?["resources"]?.number?.int ?? 0,
            bundles: json["submitted"]?["bundles"]?.number?.int ?? 0, usage: usage,
            seconds: Date().timeIntervalSince(began))
    }

    /// The sandbox says when it listens.
    private func wait(for word: String, in log: String) throws {
        for _ in 0..<600 {
            if let text = try? String(contentsOfFile: log, encoding: .utf8), text.contains(word) { return }
            usleep(200_000)
        }
        throw BenchmarkError("the sandbox did not start; see \(log)")
    }
}
