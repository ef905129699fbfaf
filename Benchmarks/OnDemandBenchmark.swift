import FHIR
import Foundation
import Glibc

/// One member requested while a night runs: from accepting the request to the payer's answer, in separate processes
/// against the sandbox.
struct OnDemandBenchmark {
    let pdex: String

    private static let members = 10_000
    /// Most requests made while the night runs.
    private static let asked = 12

    func run() throws {
        let sandbox = try SandboxProcess(pdex: pdex, ports: (18_540, 18_541), ["--members", "\(Self.members)"])
        defer { sandbox.end() }
        let configuration = sandbox.path("pdex.yaml")
        show("the first of an empty store", [try request(Self.members - 50, sandbox, configuration)])
        let night = try ChildProcess(
            [pdex, "run", "nightly-payer-sync", "--config", configuration, "--output", "json"],
            log: sandbox.path("night.json"), progress: sandbox.path("night.progress"))
        // The night must be working on members, not just exporting.
        _ = night.cpuSeconds(when: sandbox.path("night.progress"), has: "join, check consent")
        var answers: [Answer] = []
        for number in 0..<Self.asked where night.isRunning {
            answers.append(try request(Self.members - 100 - number, sandbox, configuration))
            // Spreads requests over the night, so that the payer's records become older than a minute.
            sleep(6)
        }
        let isDuring = night.isRunning
        let (code, usage) = night.wait()
        guard isDuring || answers.count > 2 else { throw BenchmarkError("the night ended too early, with \(code)") }
        show("while a night runs", answers)
        // By then the payer's records are read again, but only those of the member.
        sleep(65)
        show("a minute later", try (0..<5).map { try request(Self.members - 200 - $0, sandbox, configuration) })
        print("the night took \(Row.number(usage.cpuSeconds)) CPU s")
    }

    private struct Answer {
        let seconds: Double
        let resources: Int
    }

    private func request(_ number: Int, _ sandbox: SandboxProcess, _ configuration: String) throws -> Answer {
        let output = sandbox.path("request-\(number).json")
        let child = try ChildProcess(
            [
                pdex, "request", "pat-\(digits(number))", "--job", "member-data-request", "--config", configuration,
                "--output", "json",
            ], log: output, progress: output + ".progress")
        let (code, _) = child.wait()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        guard code == 0 || code == 3, let json = try? JSONParser.parse(text),
            let seconds = json["seconds"]?.number.flatMap({ Double($0.text) }),
            let resources = json["pulled"]?["resources"]?.number?.int
        else { throw BenchmarkError("the request ended with \(code): \(text.prefix(1_000)); see \(output).progress") }
        return Answer(seconds: seconds, resources: resources)
    }

    private func digits(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 6 - "\(number)".count)) + "\(number)"
    }

    private func show(_ what: String, _ answers: [Answer]) {
        let seconds = answers.map(\.seconds).sorted()
        guard let last = seconds.last else { return }
        print(
            Row.text(
                "on demand, \(what)", "\(Row.number(seconds[seconds.count / 2], 2)) s in the middle",
                "\(Row.number(last, 2)) s at most",
                "\(answers.count) requests, \(answers.map(\.resources).max() ?? 0) resources at most"))
    }
}
