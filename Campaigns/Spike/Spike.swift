import Foundation

/// `make spike`: a service gets 25 times the usual requests in the middle of a night, over loopback and between real
/// processes (reliability R8).
///
/// It exits with 1 when anything was answered with 5xx or not at all, anything accepted was lost, or a limit was
/// exceeded.
@main
enum Spike {
    static func main() async throws {
        let settings = ProcessInfo.processInfo.environment
        func number(_ name: String, _ usual: Int) -> Int { settings[name].flatMap { Int($0) } ?? usual }
        let trial = SpikeTrial(
            members: number("MEMBERS", 1000), usual: number("USUAL", 4), rate: number("RATE", 100),
            seconds: number("SECONDS", 600), patience: number("PATIENCE", 3600))
        let figures = try await trial.figures()
        print(figures)
        if !figures.isRight { exit(1) }
    }
}
