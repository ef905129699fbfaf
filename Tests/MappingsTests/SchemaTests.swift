import DeclarativeFiles
import FHIR
import Foundation
import Mappings
import Testing

@Suite("The schema for editors")
struct SchemaTests {
    /// A key that no object has and no key resembles, so that the reader lists those that it knows.
    private static let stranger = "zzzzzzzzzzzz"

    private static func schema() throws -> JSONValue {
        let bytes = FileManager.default.contents(atPath: Repository.page("reference/mapping-file.schema.json"))
        return try JSONParser.parse([UInt8](bytes ?? Data()))
    }

    private static func known(_ problems: [String]) -> [String] {
        problems.compactMap { $0.split(separator: "it has: ").dropFirst().first }.first
            .map { $0.split(separator: ", ").map(String.init).sorted() } ?? []
    }

    @Test(
        "it has the keys that the reader knows, in every object of a mapping file",
        arguments: [
            ("translate", "translate: [{ \(stranger): x }]"), ("setting", "set: [{ \(stranger): x }]"),
            ("require", "require: [{ \(stranger): x }]"), ("", "\(stranger): x"),
        ])
    func keys(definition: String, line: String) throws {
        let problems = try SetOnDisk(SetOnDisk.observation(line)).problems
        let schema = try Self.schema()
        let object = definition.isEmpty ? schema : schema["$defs"]?[definition]

        #expect(object?["properties"]?.object?.keys.sorted() == Self.known(problems))
        #expect(object?["additionalProperties"] == false)
    }

    @Test("it has the keys of set.yaml")
    func setKeys() throws {
        let set = try SetOnDisk(SetOnDisk.observation())
        try set.write("\(Self.stranger): x\n", to: set.directory + "/set.yaml")

        #expect(
            try Self.schema()["$defs"]?["set"]?["properties"]?.object?.keys.sorted() == Self.known(set.problems))
    }

    @Test(
        "it has the keys of a test and of a case",
        arguments: [
            ("test", "mapping: thing\ncases: []\n\(stranger): x\n"),
            ("case", "mapping: thing\ncases: [{ \(stranger): x }]\n"),
        ])
    func testKeys(definition: String, text: String) throws {
        let set = try SetOnDisk(SetOnDisk.observation())
        try set.write(text, to: set.directory + "/thing.test.yaml")
        let loaded = try set.load()
        let found = #expect(throws: FileDiagnostics.self) { try MappingTests.run(loaded, directory: set.directory) }
        let problems = found?.all.map(\.description) ?? []

        #expect(
            try Self.schema()["$defs"]?[definition]?["properties"]?.object?.keys.sorted() == Self.known(problems))
    }

    @Test(
        "what a case says has to be looked at",
        arguments: [
            ("outcome: skipped, because: x", "'because' says nothing of a resource that is skipped"),
            ("outcome: skipped, by: thing", "'by' says nothing of a resource that is skipped"),
            ("outcome: failed, holds: [\"true\"]", "'holds' says nothing of a resource that is failed"),
            ("outcome: mapped, because: x", "'because' says nothing of a resource that is mapped"),
        ])
    func idleKeys(words: String, problem: String) throws {
        let set = try SetOnDisk(SetOnDisk.observation())
        let text = "mapping: thing\ncases: [{ case: a, given: { resourceType: Observation }, \(words) }]\n"
        try set.write(text, to: set.directory + "/thing.test.yaml")
        let loaded = try set.load()

        let found = #expect(throws: FileDiagnostics.self) { try MappingTests.run(loaded, directory: set.directory) }

        #expect(found?.all.map(\.message) == [problem])
    }

    @Test("it has the words for unmapped codes")
    func unmapped() throws {
        let mapping = SetOnDisk.observation("translate: [{ path: code, with: colours, unmapped: zzzzzzzzzzzz }]")
        let set = try SetOnDisk(mapping, conceptMaps: ["colours": ConceptMapTests.colours])
        let words = try Self.schema()["$defs"]?["translate"]?["properties"]?["unmapped"]?["enum"]?.elements ?? []

        #expect(words.count == 4)
        #expect(words.compactMap(\.string).allSatisfy { word in set.problems.contains { $0.contains(word) } })
    }
}
