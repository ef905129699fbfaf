import FHIRClient
import Foundation
import PDex

/// The cost of fetching and staging: an export compared with curl and `sqlite3 .import` of the same files, a search
/// patient by patient, and the time from process start to the first request.
///
/// The payer in these runs insures nobody, so nothing is mapped or sent. An export is measured from process start until
/// all of it is staged; the whole run also makes an `unmatched` exchange per patient.
struct PullBenchmark {
    let pdex: String
    private static let insuringNobody = [
        (from: "coverage: { from: fhir }", to: "coverage: { file: nobody.ndjson }"),
        (from: "consent: { from: fhir }", to: "consent: { file: nobody.ndjson }"),
    ]

    func run() async throws {
        try await export()
        try crawl(latency: 0, ports: (18_550, 18_551))
        try crawl(latency: 50, ports: (18_560, 18_561))
        print(Row.text("start-up", "\(Row.whole(try StartUp(pdex: pdex).milliseconds())) ms to the first request"))
    }

    private func export() async throws {
        let sandbox = try SandboxProcess(
            pdex: pdex, ports: (18_530, 18_531), ["--members", "10000", "--open-files"])
        defer { sandbox.end() }
        let run = try pull(sandbox)
        guard let pulled = run.pullSeconds else { throw BenchmarkError("the run told of no pull") }
        let perSecond = Double(run.resources) / pulled
        print(
            Row.text(
                "export of \(run.resources)",
                "\(Row.number(pulled, 2)) CPU s, \(Row.whole(perSecond)) a CPU s",
                "\(Row.number(Double(run.usage.peakBytes) / 1e6)) MB at most",
                "whole run \(Row.number(run.usage.cpuSeconds)) CPU s in \(Row.number(run.seconds)) s"))
        let plain = try await PlainTools(folder: sandbox.folder).cpuSeconds(
            of: ExportedFiles(sandbox, port: 18_530).urls())
        guard let plain else { return print("curl or sqlite3 is not there to be compared with") }
        print(
            Row.text(
                "the same files", "\(Row.number(plain, 2)) CPU s by curl and .import",
                "ratio \(Row.number(pulled / plain))"))
    }

    private func crawl(latency: Int, ports: (Int, Int)) throws {
        let sandbox = try SandboxProcess(
            pdex: pdex, ports: ports, ["--members", "300", "--no-export", "--latency", "\(latency)"])
        defer { sandbox.end() }
        let run = try pull(sandbox)
        let each = run.usage.cpuSeconds / Double(run.requests) * 1000
        // The shortest time for this many answers, each this late, with as many requests at once as allowed.
        let bound = Double(run.requests * latency) / 1000 / 8
        print(
            Row.text(
                "search of \(run.resources)", "\(run.requests) requests of \(Row.number(each, 2)) ms CPU",
                "\(latency) ms a answer", "in \(Row.number(run.seconds)) s; 8 at once allow \(Row.number(bound)) s"))
    }

    /// One pull for a payer that insures nobody.
    private func pull(_ sandbox: SandboxProcess) throws -> MeasuredRun {
        try Data().write(to: sandbox.folder.appendingPathComponent("nobody.ndjson"))
        var changes = Self.insuringNobody
        let jobs = sandbox.folder.appendingPathComponent("jobs")
        try FileManager.default.createDirectory(at: jobs, withIntermediateDirectories: true)
        let job = try String(contentsOfFile: "jobs/nightly-payer-sync.yaml", encoding: .utf8)
            .replacingOccurrences(of: "by: bulk-export ", with: "by: auto ")
        try job.write(
            to: jobs.appendingPathComponent("nightly-payer-sync.yaml"), atomically: true, encoding: .utf8)
        let text = try String(contentsOfFile: sandbox.path("pdex.yaml"), encoding: .utf8)
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("jobs:") }) else {
            throw BenchmarkError("pdex.yaml of the sandbox names no jobs")
        }
        changes.append((from: String(line), to: "jobs: ./jobs"))
        return try sandbox.run(sandbox.configuration("pull", changes))
    }
}
