import FHIR
import Foundation
import SampleData
import Testing

/// Runs HL7's own tests where ``SharedFolder`` has them, and says so where it does not.
@Suite("HL7's FHIRPath test file")
struct OfficialSuiteTests {
    /// How much of it has to pass.
    private static let share = 0.95

    struct Result {
        let test: OfficialSuite.Case
        let hasPassed: Bool
        let outcome: String
        var reason: String? { SkippedCases.reason(for: test.name) }
    }

    @Test(
        "every case passes that is not skipped for a reason",
        .enabled(if: Self.folder != nil, "the tests are not on this machine"))
    func passes() throws {
        let failed = try Self.results().filter { !$0.hasPassed && $0.reason == nil }
            .map { "\($0.test.group)/\($0.test.name): \($0.test.expression) gave \($0.outcome)" }
        #expect(failed == [])
    }

    @Test("no case is skipped that passes", .enabled(if: Self.folder != nil, "the tests are not on this machine"))
    func honest() throws {
        let results = try Self.results()
        let needless = results.filter { $0.hasPassed && $0.reason != nil }.map(\.test.name)
        let names = Set(results.map(\.test.name))
        #expect(needless == [])
        #expect(SkippedCases.names.filter { !names.contains($0) } == [])
    }

    @Test("at least 95 of 100 cases pass", .enabled(if: Self.folder != nil, "the tests are not on this machine"))
    func passesEnough() throws {
        let results = try Self.results()
        let passed = results.filter(\.hasPassed).count
        print(Self.summary(results))
        #expect(Double(passed) >= Self.share * Double(results.count))
        #expect(results.count > 900)
    }

    private static var folder: String? {
        SharedFolder.has("fhirpath") ? SharedFolder.path(of: "fhirpath/") : nil
    }

    private static func summary(_ results: [Result]) -> String {
        let groups = Dictionary(grouping: results, by: \.test.group).sorted { $0.key < $1.key }
        let lines = groups.map { name, results in
            let passed = results.filter(\.hasPassed).count
            return "  \(name): \(passed) passed" + (passed < results.count ? ", \(results.count - passed) skipped" : "")
        }
        let passed = results.filter(\.hasPassed).count
        return "FHIRPath suite: \(passed) of \(results.count) pass\n" + lines.joined(separator: "\n")
    }

    private static func results() throws -> [Result] {
        let folder = try #require(folder)
        let suite = try #require(OfficialSuite(path: folder + "tests-fhir-r4.xml"))
        let inputs = try Set(suite.cases.map(\.input)).reduce(into: [String: Resource]()) { inputs, name in
            let resource = try #require(Self.input(folder + "input/" + name), "\(name) is missing")
            inputs[name] = resource
        }
        return try suite.cases.map { test in
            let resource = try #require(inputs[test.input])
            return Result(test: test, hasPassed: test.passes(on: resource), outcome: test.outcome(on: resource))
        }
    }

    /// An input by its name; the file has XML and JSON inputs.
    private static func input(_ path: String) -> Resource? {
        if path.hasSuffix(".xml") { return ResourceXML.resource(at: path) }
        return FileManager.default.contents(atPath: path).flatMap { try? Resource(parsing: [UInt8]($0)) }
    }
}
