import Conformance
import SampleData

/// FHIR R4 itself, where ``SharedFolder`` has the package.
enum AuditGuide {
    static let validators: [Validator] = {
        guard let packages = try? PackageFinder().load([SharedFolder.package("hl7.fhir.r4.core-4.0.1")]) else {
            print("no package of FHIR R4 beside the repository: AuditEvents are not validated")
            return []
        }
        return [Validator(packages)]
    }()
}
