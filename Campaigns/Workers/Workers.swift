import Foundation

/// `make workers`: processes that work on one store, and are stopped for longer than their claims last (reliability
/// R6).
///
/// Without arguments it is the process that stops the others and counts; `work PATH NAME` is one of the others. It
/// exits with 1 when anything was lost or completed twice.
@main
enum Workers {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "work", arguments.count == 3 {
            let words = Array(arguments)
            return try await StoppedWorker(path: words[1], name: words[2]).work()
        }
        let settings = ProcessInfo.processInfo.environment
        func number(_ name: String, _ usual: Int) -> Int { settings[name].flatMap { Int($0) } ?? usual }
        let crowd = WorkerCrowd(
            workers: number("WORKERS", 8), jobs: number("JOBS", 10_000), seed: UInt64(number("SEED", 1)))
        let figures = try await crowd.figures()
        print(figures)
        if figures.late == 0 { print("Nobody woke up late, so that this shows nothing: give more JOBS.") }
        if !figures.isRight { exit(1) }
    }
}
