import FHIR
import PDex

/// Loses retractions: waiting bundles that contain deletions are dropped.
final class KeepingWriter: RelayedWriter {
    override func enqueue(_ submissions: [LeasedSubmission]) throws {
        try super.enqueue(submissions.filter { !Self.takesBack($0.bundle) })
    }

    private static func takesBack(_ bundle: [UInt8]) -> Bool {
        let entries = (try? FHIRBundle(JSONParser.parse(bundle)))?.entries ?? []
        return entries.contains { $0.request?.method == "DELETE" }
    }
}
