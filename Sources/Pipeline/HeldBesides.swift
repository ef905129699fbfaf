import PDex

/// What the payer has of a member and keeps, though the exchange at hand does not look at it: it is made for fewer
/// types than another was.
///
/// Its manifest names that all the same, since the last acknowledged manifest is what the payer holds: the next
/// exchange of all types would send everything again otherwise.
struct HeldBesides: Sendable {
    /// Each as it was acknowledged.
    let entries: [ResourceKey: ExchangeManifest.Entry]
    /// Those that are nobody's, as they are staged.
    let shared: [StagedHash]

    /// Looks in `known`, the acknowledged manifest, for what `mapped` leaves out because of the job alone, and for what
    /// that rests on; not for what is taken back.
    init(
        _ known: ExchangeManifest?, _ mapped: MappedExchange, _ made: MakeBundles.Made, _ retraction: Retraction,
        _ content: MemberContent, _ reader: any StoreReader
    ) throws {
        let gone = Set(made.held.map(\.key) + retraction.marks.map(\.key))
        let others = (known?.entries ?? []).filter { $0.leftOut == nil && !gone.contains($0.key) }
        let unwanted = Set(mapped.leftOut.filter { $0.leftOut?.isOfTheJob == true }.map(\.key))
        let own = others.filter { unwanted.contains($0.key) }
        guard !own.isEmpty else {
            (entries, shared) = ([:], [])
            return
        }
        let untold = Set(mapped.leftOut.filter { $0.leftOut == .provenanceUntargeted }.map(\.key))
        let besides = others.filter { untold.contains($0.key) || $0.key == content.key }
        let present = Set(content.hashes.map(\.key))
        let nobodys = try others.filter { entry in
            guard !present.contains(entry.key) else { return false }
            return try reader.staged(entry.key).map { SharedTypes.contains($0.type) } ?? false
        }
        entries = Dictionary((own + besides + nobodys).map { ($0.key, $0) }) { first, _ in first }
        shared = try reader.stagedHashes(nobodys.map(\.key))
    }
}

extension FaultCode {
    /// Whether only what a job or a request names is the reason: another of the same payer may send it.
    var isOfTheJob: Bool { self == .jobTypeNotSelected || self == .jobFilteredOut }
}
