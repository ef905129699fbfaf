import PDex
import PDexTesting
import Testing

@testable import Conformance
@testable import Mappings

/// HRX-01: a mapping keeps what a profile marks as must-support, or this list says why not.
@Suite(
    "Whatever a profile marks as must-support can be sent",
    .enabled(if: GateFiles.hasPackages, "the packages beside the repository are not on this machine"))
struct MustSupportTests {
    private static let sets = ["us-core-3.1.1", "us-core-6.1.0", "us-core-7.0.0", "pdex", "pdex-2.2.0", "hrex"]

    /// What stays at the clinic, and why.
    private static let exceptions = [
        "us-core-encounter|7.0.0 Encounter.meta.lastUpdated": told,
        "us-core-condition-problems-health-concerns|7.0.0 Condition.meta.lastUpdated": told,
        "us-core-observation-lab|7.0.0 Observation.meta.lastUpdated": told,
        "us-core-diagnosticreport-lab|7.0.0 DiagnosticReport.meta.lastUpdated": told,
    ]
    private static let told = "the payer's server writes its own; ours stands in the Provenance (UC-09, PV-11)"

    @Test("by the mapping that claims the profile, at each depth, in each type of a choice and each extension")
    func carried() throws {
        let guides = try GuideDefinitions()
        var missing: Set<String> = []
        var elements = 0
        var unknown: Set<String> = []
        for name in Self.sets {
            let set = try LoadedMappings.set(in: GateFiles.mappings + "/" + name, digests: .standIn)
            for mapping in set.mappings where !mapping.isBaseProfile {
                guard let profile = try guides.profile(mapping.profile) else {
                    unknown.insert(mapping.profile)
                    continue
                }
                for probe in MustSupportProbe.all(of: profile) {
                    elements += 1
                    if try !probe.survives(mapping) { missing.insert("\(mapping.profile.tail) \(probe.element)") }
                }
            }
        }
        #expect(missing == Set(Self.exceptions.keys))
        #expect(unknown == [])
        #expect(elements > 1_000)
    }
}

extension String {
    /// The last part of a canonical, with its version.
    fileprivate var tail: Substring { split(separator: "/").last ?? self[...] }
}
