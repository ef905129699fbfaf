import FHIR
import Foundation
import Mappings
import PDexTesting
import Testing

@Suite("A mapping invents nothing and loses nothing")
struct NothingInventedTests {
    private static func resources(in path: String) throws -> [Resource] {
        let bytes = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
        return try (JSONParser.parse(bytes)["entry"]?.elements ?? []).compactMap { $0["resource"] }
            .map { try Resource($0) }
    }

    @Test(
        "what was neither set nor translated stands in the source by path and value, and what is missing was dropped by a line",
        .enabled(if: Repository.hasBundles), arguments: Repository.sets)
    func faithful(name: String) throws {
        let set = try MappingSet.load(directory: Repository.folder(of: name), digests: .standIn)
        let mapped = try Repository.bundles.flatMap(Self.resources).compactMap { Faithfulness(of: $0, by: set) }
        #expect(Set(mapped.flatMap { $0.added + $0.lost }) == [])
        #expect(mapped.count > 100)
    }

    @Test(
        "so it is of odd resources, and mapping one twice comes to the same bytes", arguments: Repository.sets)
    func odd(name: String) throws {
        let set = try MappingSet.load(directory: Repository.folder(of: name), digests: .standIn)
        let given = try MappingTests.outcomes(of: set, directory: Repository.folder(of: name)).map(\.given)
        var mapped = 0
        var wrong: Set<String> = []
        for seed in 0..<8 {
            var odd = OddResource(seed: seed)
            for resource in given {
                let source = try odd.made(from: resource)
                if let faithfulness = Faithfulness(of: source, by: set) {
                    wrong.formUnion(faithfulness.added + faithfulness.lost)
                    mapped += 1
                }
                let outcome = set.map(source, in: MappingTests.context)
                if outcome.bytes != set.map(source, in: MappingTests.context).bytes { wrong.insert("not the same") }
            }
        }
        #expect(wrong == [])
        #expect(mapped > given.count * 2)
    }

    @Test("a mapper that changed, dropped or made up a single leaf would be noticed", arguments: Repository.sets)
    func notices(name: String) throws {
        let set = try MappingSet.load(directory: Repository.folder(of: name), digests: .standIn)
        let given = try MappingTests.outcomes(of: set, directory: Repository.folder(of: name)).map(\.given)
        var slips = 0
        var unnoticed: Set<String> = []
        for (number, source) in given.enumerated() {
            guard let faithfulness = Faithfulness(of: source, by: set) else { continue }
            for seed in 0..<6 {
                var slip = Slip(seed: UInt64(number * 6 + seed), sparing: faithfulness.written)
                guard let result = slip.made(in: faithfulness.result) else { continue }
                slips += 1
                let after = faithfulness.with(result)
                if after.added.isEmpty, after.lost.isEmpty { unnoticed.insert("\(source.type): \(slip.what)") }
            }
        }
        #expect(unnoticed == [])
        #expect(slips > given.count)
    }

    @Test(
        "a resource of which nothing is dropped or set has the same bytes",
        arguments: [
            #"{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"Glucose"},"#
                + #""subject":{"reference":"Patient/p1"},"valueQuantity":{"value":5.100,"unit":"mmol/L"}}"#,
            #"{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"#
                + #""subject":{"reference":"Patient/p1"},"valueQuantity":{"value":1.0E-12}}"#,
        ])
    func sameBytes(text: String) throws {
        let set = try MappingSet.load(directory: Repository.mappings, digests: .standIn)
        let outcome = set.map(try Resource(parsing: Array(text.utf8)), in: MappingTests.context)

        #expect(outcome.bytes == Array(text.utf8))
    }
}

extension MappingOutcome {
    fileprivate var bytes: [UInt8] {
        guard case .mapped(let resource, _, _) = self else { return [] }
        return resource.serialized()
    }
}
