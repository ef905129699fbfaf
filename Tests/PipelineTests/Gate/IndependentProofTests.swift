import Conformance
import FHIR
import Foundation
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Nights of people whom nobody here made up: what the payer gets is valid by the guides' packages, by those of the next
/// version of US Core, and by another validator.
@Suite(
    "Everything that a night sends is valid",
    .enabled(
        if: SharedData.isPresent && GateFiles.packages != nil,
        "the test data beside the repository is not on this machine"))
struct IndependentProofTests {
    enum Clinic: String, CaseIterable { case ten, hundred, patients }

    @Test("by the guides' own packages, and by fhir.resources where Python has it", arguments: Clinic.allCases)
    func valid(clinic: Clinic) async throws {
        let resources =
            switch clinic {
            case .ten: try RealClinics.ten()
            case .hundred: try RealClinics.hundred(visits: Self.visits)
            case .patients: try RealClinics.patients()
            }
        let night = try RealNight(
            resources, conformance: ConformancePolicy(), validator: GateFiles.packages)

        let report = try await night.run()

        let bundles = try night.payer.received.map { try JSONParser.parse($0) }
        var errors: [String: Int] = [:]
        for bundle in bundles {
            for finding in Self.findings(bundle) { errors[finding, default: 0] += 1 }
        }
        #expect(errors == [:])
        #expect(report.conformance == Self.sourceFaults[clinic] ?? [:])
        #expect(report.balanced)
        #expect(report.exchanges.acknowledged > 2)
        let python = Python.installed ?? Python.absent()
        let folder = try python.folder(clinic.rawValue)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (number, bundle) in bundles.enumerated() {
            try Data(bundle.serialized()).write(to: URL(fileURLWithPath: "\(folder)/\(number).json"))
        }
        #expect(try python.run(folder) == python.agreement)
        let held = report.resources.leftOut.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
        print("\(clinic): \(resources.count) resources, \(bundles.count) bundles, \(report.submitted.entries) entries")
        print("  left out: \(held); \(report.conformance)")
    }

    /// What the data itself has wrong, and the gate therefore leaves out: a period with a `stop`.
    private static let sourceFaults: [Clinic: [String: Int]] = [
        .patients: ["Observation.effectivePeriod.stop element.unknown": 1]
    ]

    /// 1,000 when everything is to be proved, fewer for every day.
    private static let visits = ProcessInfo.processInfo.environment["PDEX_PROOF"] == "whole" ? 1_000 : 100

    /// The errors of a bundle, and of its entries against US Core 7.0.0, by place and rule.
    private static func findings(_ bundle: JSONValue) -> [String] {
        guard let packages = GateFiles.packages, let next = GateFiles.nextPackages else { return ["no packages"] }
        let index = BundleIndex(bundle)
        var found = packages.validate(bundle, fullURLs: index).errors.map { "\($0.rule) \(kind($0, in: bundle))" }
        for entry in bundle["entry"]?.elements ?? [] {
            guard let resource = entry["resource"] else { continue }
            found += GateFiles.sheetsOnly.validate(resource, fullURLs: index).errors
                .map { "sheets: \($0.rule) \(GateRemark(key: nil, $0).kind)" }
            let claims = (resource["meta"]?["profile"]?.elements ?? []).compactMap(\.string)
                .filter { $0.hasPrefix("http://hl7.org/fhir/us/core/") }.map { String($0.prefix { $0 != "|" }) }
            guard !claims.isEmpty else { continue }
            found += next.validate(resource, against: claims, fullURLs: index).errors
                .map { "7.0.0: \($0.rule) \(GateRemark(key: nil, $0).kind)" }
        }
        return found
    }

    /// The place of a finding in its entry: `Observation.code`.
    private static func kind(_ finding: Finding, in bundle: JSONValue) -> String {
        let parts = finding.path.split(separator: "]", maxSplits: 1)
        let number = parts.first.flatMap { Int($0.drop { $0 != "[" }.dropFirst()) } ?? 0
        let type = bundle["entry"]?[number]?["resource"]?["resourceType"]?.string ?? "?"
        return type + (parts.count > 1 ? String(parts[1]) : "") + " " + finding.message
    }
}
