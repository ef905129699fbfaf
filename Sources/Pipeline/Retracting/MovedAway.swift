import FHIR
import PDex

/// Finds what the clinic moved from a member to a patient under whom the payer does not get it: otherwise it would stay
/// there as the first one's (WR-20, T10).
struct MovedAway: Sendable {
    let terms: ExchangeTerms
    let run: String
    let join: Join
    let consent: CheckConsent

    /// The resources among `keys`, which the payer has as the member's, that are now staged as another patient's and
    /// that the payer neither got as that patient's since nor is about to get.
    func lost(
        among keys: some Sequence<ResourceKey>, of member: ResourceKey, _ reader: any StoreReader
    ) throws -> [StagedResource] {
        let own = Set(try reader.compartmentHashes(of: member).map(\.key))
        var going: [ResourceKey: Set<ResourceKey>] = [:]
        return try keys.filter { !own.contains($0) }.compactMap { key -> StagedResource? in
            guard let staged = try reader.staged(key), let owner = staged.patient, owner != member,
                !SharedTypes.contains(staged.type), !["Patient", "Provenance"].contains(staged.type)
            else { return nil }
            let goes = try going[owner] ?? resources(goingAs: owner, reader)
            going[owner] = goes
            return try goes.contains(key) || hasArrived(key, as: owner, since: member, reader) ? nil : staged
        }
    }

    /// The resources that may be sent for a patient in this run; none for one who is not in its roster.
    private func resources(goingAs owner: ResourceKey, _ reader: any StoreReader) throws -> Set<ResourceKey> {
        guard try isInRoster(owner, reader),
            case .permitted(let permitted) = try Standing(
                join.outcome(for: owner, reader), consent: consent, run: run, reader)
        else { return [] }
        return Set(permitted.resources.filter { !ErrorStatus.isSet(in: $0.resource) }.map(\.staged.key))
    }

    private func isInRoster(_ patient: ResourceKey, _ reader: any StoreReader) throws -> Bool {
        let before = patient.bits == .min ? nil : ResourceKey(bits: patient.bits - 1)
        return try reader.roster(run: run, after: before, limit: 1).first == patient
    }

    /// Whether the payer got it as the owner's after it got it as the member's, or is being sent it.
    private func hasArrived(
        _ key: ResourceKey, as owner: ResourceKey, since member: ResourceKey, _ reader: any StoreReader
    ) throws -> Bool {
        guard let later = try newest(with: key, of: owner, reader) else { return false }
        guard let earlier = try newest(with: key, of: member, reader) else { return true }
        return later >= earlier
    }

    /// When the patient's newest exchange was made that brought the resource, or may still do so.
    private func newest(
        with key: ResourceKey, of patient: ResourceKey, _ reader: any StoreReader
    ) throws -> Instant? {
        let filter = ExchangeFilter(member: patient, payer: terms.payer.name)
        return try reader.exchanges(matching: filter, limit: PayerHoldings.mostExchanges).first { exchange in
            guard exchange.manifest.entries.contains(where: { $0.key == key && $0.leftOut == nil }) else {
                return false
            }
            return try [.acknowledged, .queued, .submitted, .retrying].contains(exchange.state)
                || Arrivals(of: exchange.id, reader).isPossible
        }?.created
    }
}
