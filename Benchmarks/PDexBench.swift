import Foundation

/// `pdex-bench [night] [pull] [queue] [bundle] [consent] [join] [on-demand] [reading]`: the cost of the service, as
/// ratios and resources per CPU second; `pdex-bench join-million` takes long and only runs when asked for.
@main
struct PDexBench {
    private static let names = ["night", "pull", "queue", "bundle", "consent", "join", "on-demand", "reading"]
    private static let long = ["join-million"]

    static func main() async {
        do {
            let own = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            let pdex = own.appendingPathComponent("pdex").path
            guard FileManager.default.isExecutableFile(atPath: pdex) else {
                throw BenchmarkError("no pdex beside pdex-bench; build it first: swift build -c release --product pdex")
            }
            let wanted = Set(CommandLine.arguments.dropFirst())
            guard wanted.isSubset(of: Self.names + Self.long) else {
                throw BenchmarkError("what can be measured: \((Self.names + Self.long).joined(separator: ", "))")
            }
            // Reading is last: a child's peak memory starts at its parent's, so the parent must still be small.
            for name in Self.names where wanted.isEmpty || wanted.contains(name) {
                switch name {
                case "night": try NightBenchmark(pdex: pdex).run()
                case "pull": try await PullBenchmark(pdex: pdex).run()
                case "queue": try await QueueBenchmark().run()
                case "bundle": try await BundleBenchmark().run()
                case "join": try await JoinBenchmark().run()
                case "on-demand": try OnDemandBenchmark(pdex: pdex).run()
                case "consent": try await ConsentBenchmark().run()
                default: try await ReadingBenchmark().run()
                }
            }
            if wanted.contains("join-million") { try await JoinBenchmark().run(sizes: [1_000_000]) }
        } catch {
            FileHandle.standardError.write(Data("pdex-bench: \(error)\n".utf8))
            exit(1)
        }
    }
}
