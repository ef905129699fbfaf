import Conformance
import SampleData

/// FHIR R4 itself, where ``SharedFolder`` has the package.
enum AuditGuide {
    private static let name = "hl7.fhir.r4.core-4.0.1"

    /// Whether the package is on this machine.
    static let isPresent = SharedFolder.hasPackages([name])

    /// A validator by that package alone. Throws when it is there but cannot be loaded.
    static func validator() throws -> Validator {
        Validator(try PackageFinder().load([SharedFolder.package(name)]))
    }
}
