import FHIR
import PDex

/// One finished resource of a bundle: the bytes of its entry and what it refers to. A class, since graphs share nodes.
final class GraphNode: Sendable {
    let key: ResourceKey
    let contentHash: Int64
    /// `Type/id` at the payer.
    let location: String
    /// The bundle entry as JSON; for a clinic's Provenance, the entry without targets.
    let entry: [UInt8]
    /// The nodes that must be in the same bundle.
    let references: [ResourceKey]
    let isShared: Bool
    /// The content and targets of a clinic's Provenance; nil for everything else.
    let testimony: Testimony?
    /// Its origin; nil for a Provenance of the clinic.
    let origin: Origin?

    init(
        key: ResourceKey, contentHash: Int64, location: String, entry: [UInt8], references: [ResourceKey],
        isShared: Bool, testimony: Testimony? = nil, origin: Origin? = nil
    ) {
        self.key = key
        self.contentHash = contentHash
        self.location = location
        self.entry = entry
        self.references = references
        self.isShared = isShared
        self.testimony = testimony
        self.origin = origin
    }
}
