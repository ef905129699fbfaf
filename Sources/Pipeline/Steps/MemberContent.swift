import PDex

/// What is staged of one patient, as hashes: enough to see that something is new, and to account for all of it.
struct MemberContent: Sendable {
    let key: ResourceKey
    /// Content hashes of the Patient and of everything in its compartment.
    let hashes: [StagedHash]

    /// A manifest that leaves everything out for one reason.
    func manifest(leavingOut reason: FaultCode) -> ExchangeManifest {
        ExchangeManifest(hashes.map { .init(key: $0.key, contentHash: $0.contentHash, leftOut: reason) })
    }
}
