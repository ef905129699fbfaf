import FHIR
import Foundation
import Mappings
import Testing

@Suite("A mapping invents nothing")
struct NothingInventedTests {
    private static func resources(in path: String) throws -> [Resource] {
        let bytes = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
        return try (JSONParser.parse(bytes)["entry"]?.elements ?? []).compactMap { $0["resource"] }
            .map { try Resource($0) }
    }

    /// Elements that may have something the source has not: set or translated, or looked after by the mapper.
    private static func changed(_ trace: MappingTrace) -> Set<String> {
        let named = trace.steps.filter { $0.verb == .set || $0.verb == .translate }.compactMap {
            $0.subject.split(separator: ".").first.map(String.init)
        }
        return Set(named + ["meta", "contained"])
    }

    @Test(
        "what was not set or translated stands in the source, at the same place and with the same digits",
        .enabled(if: Repository.hasBundles), arguments: Repository.sets)
    func subset(name: String) throws {
        let set = try MappingSet.load(directory: Repository.folder(of: name), digests: .standIn)
        let resources = try Repository.bundles.flatMap(Self.resources)
        #expect(!resources.isEmpty)
        #expect(Set(resources.flatMap { Self.invented($0, set) }) == [])
    }

    /// The elements of the result that were neither set nor stand in the source.
    private static func invented(_ source: Resource, _ set: MappingSet) -> [String] {
        let trace = set.explain(source, in: MappingTests.context)
        guard case .mapped(let result, _, _) = trace.outcome else { return [] }
        let changed = Self.changed(trace)
        return result.json.members.filter { member in
            !changed.contains(member.key)
                && !(source.json[member.key].map { member.value.isPart(of: $0) } ?? false)
        }.map { "\(source.type).\($0.key)" }
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
                wrong.formUnion(Self.invented(source, set))
                let outcome = set.map(source, in: MappingTests.context)
                if !outcome.bytes.isEmpty { mapped += 1 }
                if outcome.bytes != set.map(source, in: MappingTests.context).bytes { wrong.insert("not the same") }
            }
        }
        #expect(wrong == [])
        #expect(mapped > given.count * 2)
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

extension JSONValue {
    /// Whether all that is here stands in `source`, the items of lists in any place.
    fileprivate func isPart(of source: JSONValue) -> Bool {
        switch (self, source) {
        // A reference to something contained that had to stay behind says so.
        case (.object, .object) where self["extension"]?[0]?["valueCode"] == "masked": true
        case (.object(let own), .object(let other)):
            own.members.allSatisfy { member in other[member.key].map { member.value.isPart(of: $0) } ?? false }
        case (.array(let own), .array(let other)):
            own.allSatisfy { item in other.contains { item.isPart(of: $0) } }
        default: serialized(pretty: false) == source.serialized(pretty: false)
        }
    }
}
