import FHIR

/// The record of a deleted resource.
struct Tombstone: Sendable {
    let type: String
    let id: String
    /// The patient in whose compartment it was.
    let patient: String?
    let deletedAt: Instant
}
