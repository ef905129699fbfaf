import FHIR
import Foundation
import Jobs
import PDex
import Pipeline
import SampleData
import Testing

@Suite("What the demo shows", .serialized)
struct DemoTests {
    /// A demo that was run, and what Med0 holds after it.
    private struct Demo {
        let report: JSONValue
        let held: [Resource]

        init(in folder: String) throws {
            let ending = try PDexProcess(["demo", "--output", "json"], in: folder, directory: folder).ending()
            report = try JSONParser.parse(Array(ending.output.utf8))
            let written = try String(contentsOfFile: folder + "/.pdex-demo/med0.ndjson", encoding: .utf8)
            held = try written.split(separator: "\n").flatMap { line in
                try (JSONParser.parse(Array(line.utf8))["changes"]?.elements ?? []).map { try Resource($0) }
            }
        }

        func claims(_ profile: String) -> Bool {
            held.contains {
                $0["meta"]?["profile"]?[0]?.string?.contains("/StructureDefinition/\(profile)|") == true
            }
        }
    }

    @Test("of each type that the job asks for something arrives, and everything that is sent conforms")
    func everyType() async throws {
        try await withTemporaryFolder { folder in
            let job = try JobFile.load(path: SharedFolder.repository + "/jobs/nightly-payer-sync.yaml")
            let demo = try Demo(in: folder)
            let arrived = Set(demo.held.map(\.type))

            #expect(job.selection.types.filter { !arrived.contains($0) } == [])
            #expect(job.selection.types.count == 18)
            #expect(demo.claims("us-core-smokingstatus"))
            #expect(demo.claims("us-core-observation-screening-assessment"))
            #expect(demo.claims("us-core-implantable-device"))
            #expect(demo.report["conformance"]?.object?.isEmpty ?? true)
            #expect(demo.report["balanced"] == true)
        }
    }

    @Test("what the clinic lacks arrives as what the mapping makes of it")
    func gaps() async throws {
        try await withTemporaryFolder { folder in
            let held = try Demo(in: folder).held
            func has(_ type: String, where isFilled: (Resource) -> Bool) -> Bool {
                held.contains { $0.type == type && isFilled($0) }
            }

            #expect(has("Encounter") { Self.isUnknown($0["type"]?[0]) })
            #expect(has("Condition") { $0["clinicalStatus"] == nil && $0["verificationStatus"] != nil })
            #expect(has("Observation") { $0["dataAbsentReason"]?["coding"]?[0]?["code"] == "not-performed" })
            #expect(has("Location") { $0["name"] == nil && $0["_name"]?["extension"]?[0]?["valueCode"] == "unknown" })
            #expect(has("CareTeam") { Self.isUnknown($0["participant"]?[0]?["role"]?[0]) })
            #expect(has("Device") { $0["udiCarrier"] == nil && $0["meta"]?["profile"] == nil })
        }
    }

    private static let guides = ["hl7.fhir.us.core-6.1.0", "hl7.fhir.us.davinci-pdex-2.0.0"]

    @Test(
        "held against the guides' own packages, everything conforms as well",
        .enabled(if: SharedFolder.hasPackages(guides), "the guides are not on this machine"))
    func packages() async throws {
        try await withTemporaryFolder { place in
            let packages = Self.guides.map(SharedFolder.package)
            try await SandboxNight.with(data: nil, in: place, packages: packages) { night in
                let report = try await night.operations.run(job: SandboxNight.job)

                #expect(report.conformance == [:])
                #expect(report.resources.leftOut[.conformanceInvalid] == nil)
                #expect(report.exchanges.acknowledged > 40)
            }
        }
    }

    @Test("the README shows what a first demo prints")
    func readme() async throws {
        try await withTemporaryFolder { folder in
            let page = try String(contentsOfFile: SharedFolder.repository + "/README.md", encoding: .utf8)
            let shown = try #require(
                page.components(separatedBy: "```\n").first { $0.hasPrefix("nightly-payer-sync · ") })

            let printed = try PDexProcess(["demo", "--quiet"], in: folder, directory: folder).ending().output

            #expect(Self.lasting(printed).hasPrefix(Self.lasting(shown)))
        }
    }

    /// Without what differs from night to night, and from machine to machine: ids, seconds, waits for an export, and where
    /// the program is.
    private static func lasting(_ text: String) -> String {
        text.replacing(/[a-z2-7]{26}/, with: "ID").replacing(/[0-9.]+ s\n/, with: "0 s\n")
            .replacing(/in [0-9]+ requests/, with: "in requests").replacing(#/\n  \S*pdex /#, with: "\n  pdex ")
    }

    private static func isUnknown(_ concept: JSONValue?) -> Bool {
        concept?["coding"]?[0]?["code"] == "unknown"
    }
}
