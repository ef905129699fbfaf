import FHIR
import PDex

/// One resource of a bundle, finished: its entry's bytes and what it refers to. Shared, since graphs hand it around.
final class GraphNode: Sendable {
    let key: ResourceKey
    let contentHash: Int64
    /// `Type/id` at the payer.
    let location: String
    /// The bundle entry as JSON; of a Provenance, the entry that names nothing yet.
    let entry: [UInt8]
    /// The nodes that must be in the same bundle.
    let references: [ResourceKey]
    let isShared: Bool
    /// What a Provenance of the clinic says, and of what; nil for everything else.
    let testimony: Testimony?
    /// Where it comes from; nil for a Provenance of the clinic.
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
