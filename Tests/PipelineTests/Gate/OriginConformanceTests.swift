import Conformance
import FHIR
import PDex
import PDexTesting
import Testing

/// PV-06, PV-08: what one version of PDex accepts, another refuses.
@Suite("Our Provenance, held against the version of PDex that it is made for")
struct OriginConformanceTests {
    /// The version of PDex that judges, the one that is claimed, and the detail.
    struct Case: Sendable, CustomTestStringConvertible {
        let judge: ProvenancePolicy.Version
        let claimed: ProvenancePolicy.Version?
        let detail: ProvenancePolicy.Detail
        var testDescription: String { "\(judge.rawValue): \(claimed?.rawValue ?? "none"), \(detail.rawValue)" }

        static let all = [ProvenancePolicy.Version.v2_0_0, .v2_2_0].flatMap { judge in
            [nil, judge].flatMap { claimed in
                ProvenancePolicy.Detail.allCases.map { Case(judge: judge, claimed: claimed, detail: $0) }
            }
        }
    }

    @Test(
        "has no error by its package, in every detail, claimed or not",
        .enabled(if: GateFiles.hasPackages, "the packages beside the repository are not on this machine"),
        arguments: Case.all)
    func holds(example: Case) async throws {
        let judge = try GateFiles.pdexPackages(example.judge)
        let found = try await Self.provenance(example.claimed, example.detail).flatMap { resource in
            judge.validate(.object(resource.json), against: []).errors
        }
        #expect(found.map(\.rule) == [])
    }

    @Test(
        "what 2.2.0 takes is refused by 2.0.0, so that the forms have to differ",
        .enabled(if: GateFiles.hasPackages, "the packages beside the repository are not on this machine"))
    func differs() async throws {
        let judge = try GateFiles.pdexPackages(.v2_0_0)
        let profile = "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/pdex-provenance"
        let found = try await Self.provenance(.v2_2_0, .eachAuthor).flatMap { resource in
            judge.validate(.object(resource.json), against: [profile]).errors
        }
        #expect(found.contains { $0.rule == "binding.required" && $0.path.contains("agent") })
    }

    @Test("has no error by the sheets, in every version")
    func sheets() async throws {
        for version in [nil] + ProvenancePolicy.Version.allCases.map(Optional.some) {
            let made = try await Self.provenance(version, .eachAuthor)
            let found = made.map { GateFiles.sheetsOnly.validate(.object($0.json), against: []) }
            #expect(found.flatMap(\.errors).map(\.rule) == [])
            #expect(found.flatMap(\.findings).allSatisfy { $0.rule != "profile.not-checked" })
        }
    }

    private static func provenance(
        _ version: ProvenancePolicy.Version?, _ detail: ProvenancePolicy.Detail
    ) async throws -> [Resource] {
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: [try OriginTests.problem([:])],
            provenance: ProvenancePolicy(detail: detail, version: version))
        _ = try await night.run()
        let made = night.payer.held.values.filter { $0.type == "Provenance" }
        #expect(made.count >= (detail == .exchange ? 1 : 3))
        return made
    }
}
