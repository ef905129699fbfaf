import PDex

/// What the payer has of a member and keeps, although this exchange leaves it out because it is for fewer types than an
/// earlier one.
///
/// The manifest names it nevertheless, because the last acknowledged manifest is what the payer holds: otherwise the
/// next exchange of all types would send everything again.
struct HeldBesides: Sendable {
    /// Each entry as it was acknowledged.
    let entries: [ResourceKey: ExchangeManifest.Entry]
    /// The shared ones among them, as they are staged.
    let shared: [StagedHash]

    /// Finds in `known`, the acknowledged manifest, what `mapped` leaves out only because of the job, and what goes
    /// with that; but not what is taken back.
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
    /// Whether the only reason is what a job or request names: another one for the same payer may send it.
    var isOfTheJob: Bool { self == .jobTypeNotSelected || self == .jobFilteredOut }
}
