import Conformance
import Foundation

/// FHIR R4 itself, when the folder `shared` beside the repository, or the one that `PDEX_SHARED` names, has the
/// package.
enum AuditGuide {
    static let validators: [Validator] = {
        let named = ProcessInfo.processInfo.environment["PDEX_SHARED"]
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        let repository = (0..<4).reduce(here) { place, _ in place.deletingLastPathComponent() }
        let shared = named ?? repository.deletingLastPathComponent().appendingPathComponent("shared").path
        guard
            let packages = try? PackageFinder().load(["\(shared)/packages/hl7.fhir.r4.core-4.0.1.tgz"])
        else {
            print("no package of FHIR R4 beside the repository: AuditEvents are not validated")
            return []
        }
        return [Validator(packages)]
    }()
}
