import Foundation
import Mappings
import PDex
import Testing

@testable import PDexCLI

@Suite("The value sets that mappings ask for")
struct VocabularyTests {
    /// A folder of mappings with one set that asks for one value set; removed after the test.
    private final class Folder {
        let folders: MappingFolders

        init(_ valueSets: [String: String]) throws {
            let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            folders = MappingFolders(path: root)
            for name in ["set", "value-sets"] {
                try FileManager.default.createDirectory(atPath: root + "/" + name, withIntermediateDirectories: true)
            }
            try write(
                "set: set\nabout: A test.\nfhir: 4.0.1\ntarget: none\nmappings: [thing]\n", to: "set/set.yaml")
            try write(
                """
                mapping: thing
                from: Observation
                to: http://hl7.org/fhir/StructureDefinition/Observation|4.0.1
                about: A test.
                when: code.memberOf('http://example.org/vs/sugar')
                keep: [status]
                """, to: "set/thing.yaml")
            try write(
                """
                mapping: thing
                cases:
                  - case: sugar
                    given: { resourceType: Observation, code: { coding: [{ system: "http://loinc.org", code: 2339-0 }] } }
                    outcome: mapped
                  - case: no sugar
                    given: { resourceType: Observation, code: { coding: [{ system: "http://loinc.org", code: 1-8 }] } }
                    outcome: skipped
                """, to: "set/thing.test.yaml")
            for (name, text) in valueSets { try write(text, to: "value-sets/" + name) }
        }

        deinit {
            try? FileManager.default.removeItem(atPath: folders.path)
        }

        private func write(_ text: String, to name: String) throws {
            try text.write(toFile: folders.path + "/" + name, atomically: true, encoding: .utf8)
        }
    }

    private static func sugar(_ include: String) -> String {
        #"{ "resourceType": "ValueSet", "url": "http://example.org/vs/sugar", "compose": { "include": [\#(include)] } }"#
    }

    @Test("come from the folder beside the sets, for lint and for the tests beside the mappings")
    func known() throws {
        let folder = try Folder([
            "sugar.json": Self.sugar(#"{ "system": "http://loinc.org", "concept": [{ "code": "2339-0" }] }"#)
        ])

        #expect(try folder.folders.loadWithContext("set").set.valueSets == ["http://example.org/vs/sugar"])
        #expect(try folder.folders.test("set").map(\.problem) == [nil, nil])
        #expect(try folder.folders.survivors(of: "set").map(\.what) == ["keep status: dropped"])
    }

    @Test(
        "stop everything when they are nowhere, or draw on what is nowhere",
        arguments: [[:], ["sugar.json": sugar(#"{ "system": "http://loinc.org" }"#)]])
    func unknown(valueSets: [String: String]) throws {
        let folder = try Folder(valueSets)

        let fault = #expect(throws: Fault.self) { try folder.folders.loadWithContext("set") }

        #expect(fault?.code == .mappingInvalid)
        #expect(fault?.message.contains("http://example.org/vs/sugar") == true)
        #expect(throws: Fault.self) { try folder.folders.test("set") }
    }

    @Test("that cannot be read are told with the file")
    func broken() throws {
        let folder = try Folder(["sugar.json": "{"])

        let fault = #expect(throws: Fault.self) { try folder.folders.loadWithContext("set") }

        #expect(fault?.message.contains("value-sets/sugar.json") == true)
    }
}
