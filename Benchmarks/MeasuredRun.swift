import FHIR
import Foundation

/// One `pdex run` in a separate process: what it did, and what it used.
struct MeasuredRun {
    let resources: Int
    let requests: Int
    let bundles: Int
    let usage: Usage
    let seconds: Double
    /// The CPU seconds until all of the clinic's data was staged.
    let pullSeconds: Double?

    /// What a run reports once it has pulled from the clinic.
    private static let hasPulled = "pull coverage and consent"

    /// Runs the nightly job to its end.
    init(pdex: String, configuration: String, output: String) throws {
        try? FileManager.default.removeItem(atPath: output)
        let began = Date()
        let child = try ChildProcess(
            [pdex, "run", "nightly-payer-sync", "--config", configuration, "--output", "json"], log: output,
            progress: output + ".progress")
        pullSeconds = child.cpuSeconds(when: output + ".progress", has: Self.hasPulled)
        let (code, usage) = child.wait()
        seconds = Date().timeIntervalSince(began)
        let text = try String(contentsOfFile: output, encoding: .utf8)
        guard code == 0 || code == 3, let json = try? JSONParser.parse(text) else {
            throw BenchmarkError("the run ended with \(code): \(text.prefix(2000)); see \(output).progress")
        }
        self.usage = usage
        resources = json["pulled"]?["resources"]?.number?.int ?? 0
        requests = json["pulled"]?["requests"]?.number?.int ?? 0
        bundles = json["submitted"]?["bundles"]?.number?.int ?? 0
    }
}
