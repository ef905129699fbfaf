import PDex

/// The payer's members whose records a batch changes, by the kind of record to be looked at again.
struct ConcernedMembers: Sendable {
    var consents: Set<ResourceKey> = []
    var coverages: Set<ResourceKey> = []

    var isEmpty: Bool { consents.isEmpty && coverages.isEmpty }
}
