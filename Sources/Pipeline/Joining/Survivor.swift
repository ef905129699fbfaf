import FHIR
import PDex

/// The Patient that took the place of a merged one, if the payer has it as the same member: the merged one's
/// `Patient.link` says so, once.
///
/// If the payer does not have the survivor, or has it as another member, the link is not sent.
struct Survivor: Sendable, Hashable {
    /// Its staging key.
    let key: ResourceKey
    /// `Patient/id` at the payer.
    let location: String
    /// Whether the payer also has the merged Patient, as the same member: then that one is sent alone, if no visit is
    /// left in its chart.
    let isNews: Bool

    /// Nil when there is nothing to say about the patient, who was recognised on that evidence.
    init?(
        of patient: ResourceKey, _ evidence: MatchEvidence, terms: ExchangeTerms, identities: Identities,
        _ reader: any StoreReader
    ) throws {
        guard let via = evidence.via, let staged = try reader.staged(via) else { return nil }
        let writer = EntryWriter(terms: terms, identities: identities)
        func isHeld(_ key: ResourceKey) throws -> Bool {
            let holdings = try PayerHoldings(of: key, payer: terms.payer.name, by: writer, reader)
            let people = holdings.members[key] ?? []
            return holdings.hashes[key] != nil && !people.isEmpty
                && people.allSatisfy { $0.isSamePerson(as: evidence) }
        }
        guard try isHeld(via) else { return nil }
        key = via
        location = writer.location(type: staged.type, id: staged.id)
        isNews = try isHeld(patient)
    }

    /// The same as a part of what the exchange rests on.
    func basis(_ identities: Identities) -> StagedHash {
        StagedHash(key: key, contentHash: hash(identities))
    }

    /// Distinguishes the merged Patient with the link from the same one without it.
    func hash(_ identities: Identities) -> Int64 {
        Array(location.utf8).withUnsafeBytes(identities.contentHash)
    }

    /// The Patient with the link, as the clinic would write it; no mapping may leave it out.
    func telling(_ patient: JSONObject) -> JSONObject {
        var patient = patient
        let links = (patient["link"]?.elements ?? []).filter { $0["type"]?.string != "replaced-by" }
        let link: JSONValue = ["other": ["reference": .string(location)], "type": "replaced-by"]
        patient["link"] = .array(links + [link])
        return patient
    }
}
