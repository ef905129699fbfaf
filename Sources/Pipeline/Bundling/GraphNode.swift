import FHIR
import PDex

/// One resource of a bundle, finished: its entry's bytes and what it refers to.
struct GraphNode: Sendable {
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
    var testimony: Testimony?
}
