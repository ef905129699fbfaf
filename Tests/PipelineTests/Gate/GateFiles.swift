import Conformance
import Foundation
import PDex
import PDexTesting
import SampleData

/// The repository's profile sheets, and the packages that may lie beside it.
enum GateFiles {
    static let mappings = URL(fileURLWithPath: usCoreMappings).deletingLastPathComponent().path

    static let sheets: ProfileSheets = {
        do {
            return try ProfileSheets.load(folder: mappings + "/profile-sheets", digests: .standIn)
        } catch {
            fatalError("\(error)")
        }
    }()

    /// Without any package.
    static let sheetsOnly = Validator(PackageSet([]), sheets: sheets)

    /// The guides that `mapping` sets lead to, loaded once; nil when they are not on this machine. What claims no
    /// version is judged by the first that has the profile.
    static let packages = validator(
        "hl7.fhir.us.core-6.1.0", "hl7.fhir.us.core-7.0.0", "hl7.fhir.us.davinci-pdex-2.2.0",
        "hl7.fhir.us.davinci-pdex-2.0.0", "hl7.fhir.us.davinci-hrex-1.0.0", "hl7.fhir.us.core-3.1.1")

    /// The same, but what claims no version of PDex is judged by 2.0.0.
    static let olderPackages = validator(
        "hl7.fhir.us.core-6.1.0", "hl7.fhir.us.davinci-pdex-2.0.0", "hl7.fhir.us.davinci-hrex-1.0.0",
        "hl7.fhir.us.core-3.1.1")

    /// US Core's next version alone, with R4.
    static let nextPackages = validator("hl7.fhir.us.core-7.0.0")

    /// PDex in one version alone, with the US Core that it builds on.
    static func pdexPackages(_ version: ProvenancePolicy.Version) -> Validator? {
        validator("hl7.fhir.us.davinci-pdex-" + version.rawValue, "hl7.fhir.us.core-6.1.0", "hl7.fhir.us.core-3.1.1")
    }

    private static func validator(_ names: String...) -> Validator? {
        (try? PackageFinder().load(names.map(SharedFolder.package))).map { Validator($0) }
    }
}
