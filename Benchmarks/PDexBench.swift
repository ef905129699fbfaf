import Foundation

/// `pdex-bench`: what the service costs, as ratios and resources per CPU second.
@main
struct PDexBench {
    static func main() async {
        do {
            let own = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            let pdex = own.appendingPathComponent("pdex").path
            guard FileManager.default.isExecutableFile(atPath: pdex) else {
                throw BenchmarkError("no pdex beside pdex-bench; build it first: swift build -c release --product pdex")
            }
            // First: a child's peak begins with its parent's, so the parent must still be small.
            try NightBenchmark(pdex: pdex).run()
            try await PullBenchmark(pdex: pdex).run()
            try await ReadingBenchmark().run()
        } catch {
            FileHandle.standardError.write(Data("pdex-bench: \(error)\n".utf8))
            exit(1)
        }
    }
}
