import DeclarativeFiles
import Foundation
import PDex
import PDexTesting
import Testing

@testable import Mappings

@Suite("Sensitivity files")
struct SensitivityFileTests {
    @Test("those that come with pdex can be read, and each is a category of its own")
    func ours() throws {
        let lists = try SensitivityFolder.load(mappings: Repository.root, digests: .standIn)
        #expect(lists.categories.count == 9)
        #expect(
            lists.categories.filter { $0.release == .nothing }.map(\.name) == [
                "part-2-programmes", "psychotherapy-notes", "self-pay",
            ])
        #expect(lists.categories.allSatisfy { !$0.about.isEmpty && $0.count > 0 })
    }

    @Test(
        "what is wrong is said with its place and what was meant",
        arguments: [
            (
                "released-by: nobody",
                "hiv.yaml:3:14: 'released-by' must be one of nothing, sensitive-consent, found 'nobody'"
            ),
            (
                "released-by: nothing\nlables: []",
                "hiv.yaml:4:1: unknown key 'lables' in a sensitivity file — did you mean 'labels'?"
            ),
            (
                "released-by: nothing\ncodes: [{ systems: [HTTP://loinc.org/], codes: [x] }]",
                "hiv.yaml:4:21: 'HTTP://loinc.org/' is nearly a system that is known — did you mean 'http://loinc.org'?"
            ),
            (
                "released-by: nothing\ncodes: [{ systems: [\"urn:x\"], codes: [123] }]",
                "hiv.yaml:4:39: 'codes' must be text, found the number 123; if it is text, write \"123\""
            ),
            (
                "released-by: nothing\ncodes: [{ systems: [\"urn:x\"] }]",
                "hiv.yaml:4:9: a list of codes needs 'codes' or 'prefixes'"
            ),
            (
                "released-by: nothing\ntypes: [Encountre]",
                "hiv.yaml:4:9: 'Encountre' is not a FHIR R4 resource type — did you mean 'Encounter'?"
            ),
            (
                "released-by: nothing\nplaces: [Ward/7]",
                "hiv.yaml:4:10: 'Ward/7' is not a place such as Location/7 or Organization/psychiatry"
            ),
            (
                "released-by: nothing",
                "hiv.yaml:1:1: the file looks for nothing; give labels, tags, codes, types or places"
            ),
        ])
    func strictness(rest: String, message: String) throws {
        let text = "sensitivity: hiv\nabout: Tests.\n\(rest)\n"
        var report = FileReport()
        _ = SensitivityFile.category(in: try DeclarativeFile.parse(text, path: "hiv.yaml"), &report)
        #expect(report.diagnostics.map(\.description).contains { $0.hasPrefix(message) }, "\(report.diagnostics)")
    }

    @Test(
        "no category may be called as a finding by a label is, or the record of a decision would take one for the other"
    )
    func reserved() throws {
        var report = FileReport()
        let text = "sensitivity: label\nabout: Tests.\nreleased-by: nothing\ntypes: [Media]\n"
        _ = SensitivityFile.category(in: try DeclarativeFile.parse(text, path: "a/label.yaml"), &report)
        #expect(
            report.diagnostics.map(\.description) == [
                "a/label.yaml:1:14: 'label' stands for what is found by a label: give the category and its file another name"
            ])
    }

    @Test("a file is called like its category")
    func name() throws {
        var report = FileReport()
        let text = "sensitivity: aids\nabout: Tests.\nreleased-by: nothing\ntypes: [Media]\n"
        _ = SensitivityFile.category(in: try DeclarativeFile.parse(text, path: "a/hiv.yaml"), &report)
        #expect(report.diagnostics.count == 1)
    }
}
