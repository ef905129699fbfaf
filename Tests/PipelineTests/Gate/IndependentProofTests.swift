import Conformance
import FHIR
import Foundation
import PDex
import PDexTesting
import SampleData
import Testing

@testable import Pipeline

/// Nights of people in data that others made: what the payer gets is valid by the guides' packages, by those of the
/// next version of US Core and of each PDex, and by other validators. `make proof` runs the whole.
@Suite(
    "Everything that a night sends is valid",
    .enabled(
        if: SharedFolder.hasData && GateFiles.hasPackages,
        "the test data beside the repository is not on this machine"))
struct IndependentProofTests {
    enum Clinic: String, CaseIterable { case ten, hundred, patients }

    /// One clinic's night by one mapping set.
    struct Proof: CustomTestStringConvertible {
        let set: String
        let clinic: Clinic
        var testDescription: String { "\(set), \(clinic)" }

        static let sets = ["us-core-3.1.1", "us-core-6.1.0", "us-core-7.0.0", "pdex", "pdex-2.2.0", "hrex"]

        /// All sets when everything is to be proved; otherwise one set in full, and the others with the fewest
        /// patients.
        static let all = sets.flatMap { set in
            Clinic.allCases.filter { IndependentProofTests.isWhole || set == "us-core-6.1.0" || $0 == .patients }
                .map { Proof(set: set, clinic: $0) }
        }
    }

    @Test("by the guides' own packages, and by fhir.resources where Python has it", arguments: Proof.all)
    func valid(proof: Proof) async throws {
        let resources = try Self.resources(of: proof.clinic)
        let validator = try proof.set == "pdex" ? GateFiles.olderPackages() : GateFiles.packages()
        let night = try RealNight(
            resources, mappings: GateFiles.mappings + "/" + proof.set, conformance: ConformancePolicy(),
            validator: validator)

        let report = try await night.run()

        let bundles = try night.payer.received.map { try JSONParser.parse($0) }
        var errors: [String: Int] = [:]
        for judge in Judge.allCases where judge.judges(proof.set) {
            for bundle in bundles {
                for error in try judge.errors(of: bundle) { errors["\(judge.rawValue): \(error)", default: 0] += 1 }
            }
        }
        #expect(errors == [:])
        #expect(report.conformance == Self.leftOut(of: proof))
        #expect(report.balanced)
        #expect(report.exchanges.acknowledged > 2)
        try Self.ask(Python.installed, bundles, proof)
        print(Self.row(proof, resources, bundles, report))
    }

    private static func resources(of clinic: Clinic) throws -> [Resource] {
        switch clinic {
        case .ten: try RealClinics.ten()
        case .hundred: try RealClinics.hundred(visits: isWhole ? 1_000 : 100)
        case .patients: try RealClinics.patients()
        }
    }

    static let isWhole = ProcessInfo.processInfo.environment["PDEX_PROOF"] == "whole"

    /// What the gate leaves out: a period with a `stop`, a mistake in the data.
    private static func leftOut(of proof: Proof) -> [String: Int] {
        proof.clinic == .patients ? ["Observation.effectivePeriod.stop element.unknown": 1] : [:]
    }

    /// Has every Python look at the bundles.
    private static func ask(_ pythons: [Python], _ bundles: [JSONValue], _ proof: Proof) throws {
        for python in pythons.isEmpty ? [Python.absent()] : pythons {
            let folder = try python.folder(proof.set + "-" + proof.clinic.rawValue)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            for (number, bundle) in bundles.enumerated() {
                try Data(bundle.serialized()).write(to: URL(fileURLWithPath: "\(folder)/\(number).json"))
            }
            let answer = try python.run(folder)
            #expect(answer.status == python.agreement, "\(answer.words)")
        }
    }

    /// A line for docs/evidence/conformance.md.
    private static func row(
        _ proof: Proof, _ resources: [Resource], _ bundles: [JSONValue], _ report: RunReport
    ) -> String {
        let held = report.resources.leftOut.map { "`\($0.key.rawValue)` \($0.value)" }.sorted().joined(separator: ", ")
        let judges = Judge.allCases.filter { $0.judges(proof.set) }.count + Python.installed.count
        return "| \(proof.set) | \(proof.clinic) | \(resources.count) | \(bundles.count) | "
            + "\(report.submitted.entries) | \(judges) | \(held) |"
    }
}
