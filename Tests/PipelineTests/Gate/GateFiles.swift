import Conformance
import Foundation
import PDex
import PDexTesting
import SampleData

/// The repository's profile sheets, and the packages that may be beside it.
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

    private static let names = [
        "hl7.fhir.us.core-6.1.0", "hl7.fhir.us.core-7.0.0", "hl7.fhir.us.davinci-pdex-2.2.0",
        "hl7.fhir.us.davinci-pdex-2.0.0", "hl7.fhir.us.davinci-hrex-1.0.0", "hl7.fhir.us.core-3.1.1",
    ]
    private static let loaded = validator(names)
    private static let olderLoaded = validator([
        "hl7.fhir.us.core-6.1.0", "hl7.fhir.us.davinci-pdex-2.0.0", "hl7.fhir.us.davinci-hrex-1.0.0",
        "hl7.fhir.us.core-3.1.1",
    ])
    private static let nextLoaded = validator(["hl7.fhir.us.core-7.0.0"])

    /// Whether the guides are on this machine: tests that need them are skipped where they are missing, and fail where
    /// they are there but cannot be loaded.
    static let hasPackages = SharedFolder.hasPackages(names)

    /// The guides that `mapping` sets lead to, loaded once. A claim without a version is judged by the first that has
    /// the profile.
    static func packages() throws -> Validator { try loaded.get() }

    /// The same, but a claim of PDex without a version is judged by 2.0.0.
    static func olderPackages() throws -> Validator { try olderLoaded.get() }

    /// US Core's next version alone, with R4.
    static func nextPackages() throws -> Validator { try nextLoaded.get() }

    /// PDex in one version alone, with the US Core that it builds on.
    static func pdexPackages(_ version: ProvenancePolicy.Version) throws -> Validator {
        let pdex = "hl7.fhir.us.davinci-pdex-" + version.rawValue
        return try validator([pdex, "hl7.fhir.us.core-6.1.0", "hl7.fhir.us.core-3.1.1"]).get()
    }

    private static func validator(_ names: [String]) -> Result<Validator, PackageError> {
        do throws(PackageError) {
            return .success(Validator(try PackageFinder().load(names.map(SharedFolder.package))))
        } catch {
            return .failure(error)
        }
    }
}
