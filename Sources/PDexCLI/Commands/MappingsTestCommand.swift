import ArgumentParser
import FHIR
import Mappings
import PDex

/// `pdex mappings test`: whether the mappings pass the tests beside them.
struct MappingsTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the .test.yaml files beside the mappings.",
        discussion: HelpText.with(examples: [
            "pdex mappings test", "pdex mappings test us-core-6.1.0", "pdex mappings test us-core-6.1.0 --mutate",
        ]))

    @Argument(help: "A mapping set. (default: all)")
    var set: String?

    @Flag(help: "Break each line of each mapping, too, and fail when no test notices.")
    var mutate = false

    @OptionGroup var options: MappingOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let folders = try options.folders()
        let results = try options.names(set, in: folders).flatMap { try folders.test($0) }
        let survivors = mutate ? try options.names(set, in: folders).flatMap { try folders.survivors(of: $0) } : []
        let lines = survivors.map { "\($0.place): no test notices \($0.what)" }
        let summary = mutate ? ["\(survivors.count.of("broken line")) unnoticed"] : []
        output.results.write(
            list: results.map(\.json) + survivors.map(\.json),
            text: ([text(of: results)] + lines + summary).joined(separator: "\n"))
        guard survivors.isEmpty, results.allSatisfy(\.passed) else { throw Ending(status: .failed) }
    }

    private func text(of results: [MappingTests.Result]) -> String {
        let failures = results.compactMap { result in
            result.problem.map { "\(result.file):\(result.line): \(result.name): \($0)" }
        }
        let count = failures.isEmpty ? "all passed" : "\(failures.count.grouped) failed"
        return (failures + ["\(results.count.of("case")): \(count)"]).joined(separator: "\n")
    }
}

extension MappingTests.Result {
    /// The result as JSON.
    fileprivate var json: JSONValue {
        [
            "file": .string(file), "line": .number(JSONNumber(line)), "case": .string(name), "passed": .bool(passed),
            "problem": problem.map { .string($0) } ?? .null,
        ]
    }
}

extension MappingMutant {
    /// The mutant as JSON.
    fileprivate var json: JSONValue { ["place": .string(place), "unnoticed": .string(what)] }
}
