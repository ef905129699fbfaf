import Conformance
import DeclarativeFiles
import FHIR
import Foundation
import Mappings
import PDex
import PDexTesting
import SampleData
import Testing

@Suite("The profile sheets that do without packages")
struct ProfileSheetTests {
    /// The results of the test cases beside the mappings of each set.
    private static let made: [(name: String, resource: Resource, profile: String)] = {
        let sets = ["us-core-3.1.1", "us-core-6.1.0", "us-core-7.0.0", "pdex", "pdex-2.2.0", "hrex"]
        return sets.flatMap { name -> [(String, Resource, String)] in
            let directory = GateFiles.mappings + "/" + name
            guard let set = try? MappingSet.load(directory: directory, digests: .standIn),
                let outcomes = try? MappingTests.outcomes(of: set, directory: directory)
            else { return [] }
            return outcomes.compactMap { result in
                guard case .mapped(let resource, let profile, _) = result.outcome else { return nil }
                return ("\(name): \(result.name)", resource, profile)
            }
        }
    }()

    @Test("know every profile that a mapping makes")
    func complete() throws {
        let profiles = Set(Self.made.map(\.profile))
        let canonicals = Set(GateFiles.sheets.canonicals)
        let unknown = profiles.filter { profile in
            !canonicals.contains(profile) && !canonicals.contains(String(profile.prefix { $0 != "|" }))
        }
        #expect(unknown.sorted() == [])
        #expect(profiles.count > 55)
    }

    @Test("find nothing wrong where the guides' own packages do not", .enabled(if: GateFiles.hasPackages))
    func agree() throws {
        let packages = try GateFiles.packages()
        let right = Self.made.filter {
            packages.validate(.object($0.resource.json), against: [$0.profile]).isConformant
        }
        let wrong = right.flatMap { made in
            GateFiles.sheetsOnly.validate(.object(made.resource.json), against: [made.profile]).errors
                .map { "\(made.name): \($0.path) \($0.rule)" }
        }
        #expect(wrong == [])
        #expect(right.count > 100)
    }

    @Test("find nothing wrong with the guides' own examples", .enabled(if: GateFiles.hasPackages))
    func examples() throws {
        var wrong: Set<String> = []
        var looked = 0
        for guide in ["hl7.fhir.us.core-6.1.0", "hl7.fhir.us.davinci-pdex-2.2.0"] {
            let set = try PackageFinder().load([SharedFolder.package(guide)], examples: true)
            let packages = Validator(set)
            for example in set.packages[0].examples {
                guard let json = try? JSONParser.parse(example.json), packages.validate(json).isConformant else {
                    continue
                }
                looked += 1
                let errors = GateFiles.sheetsOnly.validate(json).errors
                wrong.formUnion(errors.map { "\(example.file): \($0.path) \($0.rule)" })
            }
        }
        #expect(wrong.sorted() == [])
        #expect(looked > 200)
    }

    @Test("miss no element that the guides' own packages miss", .enabled(if: GateFiles.hasPackages))
    func asPackages() throws {
        let packages = try GateFiles.packages()
        var missed: Set<String> = []
        var found = 0
        for made in Self.made where !made.profile.hasSuffix("|3.1.1") {
            let json = JSONValue.object(made.resource.json)
            guard packages.validate(json, against: [made.profile]).isConformant else { continue }
            for key in made.resource.json.keys where !["resourceType", "id", "meta"].contains(key) {
                var less = made.resource.json
                less[key] = nil
                let strict = packages.validate(.object(less), against: [made.profile]).errors
                    .filter { $0.rule == "cardinality.min" }
                guard !strict.isEmpty else { continue }
                found += 1
                let isFound = !GateFiles.sheetsOnly.validate(.object(less), against: [made.profile]).isConformant
                if !isFound { missed.insert("\(made.profile): \(key)") }
            }
        }
        #expect(missed.sorted() == [])
        #expect(found > 300)
    }

    @Test(
        "know the formats of values, and the elements of data types",
        arguments: [
            (#""birthDate": "1979-02-30""#, "Patient.birthDate primitive.format"),
            (#""active": "true""#, "Patient.active json.type"),
            (
                #""name": [{"family": "S", "period": {"start": "2026", "stop": "2027"}}]"#,
                "Patient.name[0].period.stop element.unknown"
            ),
            (#""name": [{"family": "S", "given": ["A", 5]}]"#, "Patient.name[0].given[1] json.type"),
            (#""deceasedDateTime": "yesterday""#, "Patient.deceasedDateTime primitive.format"),
            (#""address": ["Canary"]"#, "Patient.address[0] json.type"),
        ])
    func shapes(member: String, finding: String) throws {
        let base = #"{"resourceType": "Patient", "gender": "male", "identifier": [{"system": "urn:x", "value": "1"}], "#
        let whole = base + #""name": [{"family": "S"}], "#
        let text = member.hasPrefix(#""name""#) ? base + member + "}" : whole + member + "}"

        let report = GateFiles.sheetsOnly.validate(
            try JSONParser.parse(text),
            against: ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|6.1.0"])

        #expect(report.errors.map { "\($0.path) \($0.rule)" } == [finding])
    }

    @Test("are read strictly, with the place of what is wrong")
    func strict() throws {
        let place = try TemporaryPlace()
        let folder = URL(fileURLWithPath: place.path).deletingLastPathComponent()
        let text = """
            sheets: own
            about: x
            profiles:
              - profile: http://example.org/p
                of: Visit
              - profile: http://example.org/q
                of: Encounter
                codes: { status: nowhere }
                rules:
                  - { key: r-1, that: "status.nope(", else: x }
                  - { key: r-2, that: "true", els: x }
            """
        try Data(text.utf8).write(to: folder.appendingPathComponent("own.yaml"))

        let error = #expect(throws: FileDiagnostics.self) {
            try ProfileSheets.load(folder: folder.path, digests: .standIn)
        }

        let found = error?.all.map(\.description).joined(separator: "\n") ?? ""
        #expect(found.contains("'Visit' is no resource type"))
        #expect(found.contains("no codes are called 'nowhere' here"))
        #expect(found.contains("own.yaml:10:"))
        #expect(found.contains("unknown key 'els'"))
    }
}
