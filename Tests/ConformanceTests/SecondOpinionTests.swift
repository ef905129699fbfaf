import FHIR
import Foundation
import PDexTesting
import Testing

@testable import Conformance

/// Asks the Python package fhir.resources, when `PDEX_PYTHON` or `python3` has it.
@Suite("Another validator")
struct SecondOpinionTests {
    @Test(
        "agrees on the examples that conform, and on one that does not", arguments: OfficialExamples.names.suffix(1),
        Python.installed.isEmpty ? [Python.absent()] : Python.installed)
    func agrees(name: String, python: Python) throws {
        let guide = try OfficialExamples.guide(name)
        let folder = try python.folder("examples")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let conformant = guide.examples.filter { guide.validator.validate($0.json).isConformant }

        for (file, json) in conformant {
            try Data(json.serialized()).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
        }
        let answer = try python.run(folder)
        #expect(answer.status == python.agreement, "\(answer.words)")

        let broken: JSONValue = ["resourceType": "Patient", "birthDate": "2026-13-45"]
        try Data(broken.serialized()).write(to: URL(fileURLWithPath: "\(folder)/broken.json"))
        #expect(!guide.validator.validate(broken).isConformant)
        #expect(try python.run(folder).status == python.refusal)
    }
}
