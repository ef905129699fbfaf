import FHIR
import PDex

/// References to practitioners, places and other resources that many visits share, as a clinic wrote them.
enum SharedReferences {
    private static let patient: [UInt8] = Array("Patient/".utf8)
    private static let encounter: [UInt8] = Array("Encounter/".utf8)

    /// Adds the references of one resource to `found`.
    static func add(in bytes: UnsafeRawBufferPointer, to found: inout Set<String>) {
        ReferenceScan.forEach(in: bytes) { raw in
            // Most references lead to these two.
            guard !raw.starts(with: patient), !raw.starts(with: encounter), let text = ReferenceScan.text(raw),
                !found.contains(text), let type = Reference(parsing: text).type, SharedTypes.contains(type)
            else { return }
            found.insert(text)
        }
    }
}
