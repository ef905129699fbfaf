import FHIR
import Foundation
import Mappings
import PDexTesting
import Testing

@Suite("The mapping files of US Core 6.1.0")
struct MappingFilesTests {
    private static func set() throws -> MappingSet {
        try MappingSet.load(directory: Repository.mappings, digests: .standIn)
    }

    @Test("every mapping passes the tests that lie beside it", arguments: Repository.sets)
    func ownTests(name: String) throws {
        let directory = Repository.folder(of: name)
        let set = try MappingSet.load(directory: directory, digests: .standIn)
        let results = try MappingTests.run(set, directory: directory)
        let problems = results.compactMap { result in
            result.problem.map { "\(result.file):\(result.line): \(result.name): \($0)" }
        }
        #expect(problems == [])
        #expect(!results.isEmpty)
    }

    @Test("whichever line of a mapping is broken, a test beside it notices", arguments: Repository.sets)
    func everyLineCounts(name: String) throws {
        let directory = Repository.folder(of: name)
        let set = try MappingSet.load(directory: directory, digests: .standIn)
        let survivors = try MappingTests.survivors(of: set, directory: directory)
        #expect(survivors.map { "\($0.place): \($0.what)" } == [])
    }

    @Test(
        "real resources are mapped, and none fails (needs the sample data)",
        .enabled(if: Repository.hasBundles))
    func realResources() throws {
        let set = try Self.set()
        let resources = try Repository.bundles.flatMap(Self.resources)
        #expect(!resources.isEmpty)
        let failures = resources.compactMap { resource -> String? in
            guard case .failed(_, let requirement) = set.map(resource, in: MappingTests.context) else { return nil }
            return "\(resource.type): \(requirement)"
        }
        #expect(failures == [])
    }

    @Test(
        "mapping twice gives the same bytes, and mapping the result again changes nothing",
        .enabled(if: Repository.hasBundles))
    func idempotent() throws {
        let set = try Self.set()
        let resources = try Repository.bundles.flatMap(Self.resources)
        #expect(!resources.isEmpty)
        let changed = resources.filter { resource in
            guard case .mapped(let once, let profile, _) = set.map(resource, in: MappingTests.context) else {
                return false
            }
            return set.map(once, in: MappingTests.context).result != once.serialized() || profile.isEmpty
        }
        #expect(changed.map { $0.type + "/" + ($0.id ?? "") } == [])
    }

    @Test(
        "whichever element is missing, a profile is claimed only with all that it demands",
        .enabled(if: Repository.hasBundles))
    func claimsHold() throws {
        let set = try Self.set()
        let demands = try MandatoryElements()
        let resources = try Repository.bundles.flatMap(Self.resources)
        #expect(!resources.isEmpty)
        let broken = try resources.flatMap { resource in
            try resource.json.keys.filter { $0 != "resourceType" && $0 != "id" }.compactMap { key -> String? in
                var damaged = resource
                damaged.json[key] = nil
                let outcome = set.map(damaged, in: MappingTests.context)
                return try demands.hold(of: outcome) ? nil : "\(resource.type) without \(key)"
            }
        }
        #expect(Set(broken) == [])
    }

    private static func resources(in path: String) throws -> [Resource] {
        let bytes = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
        let bundle = try JSONParser.parse(bytes)
        return try (bundle["entry"]?.elements ?? []).compactMap { $0["resource"] }.map { try Resource($0) }
    }
}

extension MappingOutcome {
    /// The bytes of what was mapped, none otherwise.
    fileprivate var result: [UInt8] {
        guard case .mapped(let resource, _, _) = self else { return [] }
        return resource.serialized()
    }
}
