import FHIR
import PDex

/// What the clinic has labelled since an exchange was made, as far as staged: a waiting bundle must not carry what
/// would be held by now (CO-05).
struct HeldSince: Sendable {
    let segmentation: Segmentation
    let stager: Stager

    /// Why the exchange must not be sent as it was made; nil while nothing in it is held. `sensitive` says whether its
    /// permit covers sensitive data.
    ///
    /// If nothing changed, nothing is read. If something did, the member's data is divided again as when the exchange
    /// was made.
    func fault(under exchange: Exchange, sensitive: Bool, _ reader: any StoreReader) throws -> Fault? {
        let known = Dictionary(exchange.manifest.entries.map { ($0.key, $0.contentHash) }) { first, _ in first }
        let own = try reader.compartmentHashes(of: exchange.member)
        let others = Set(known.keys).subtracting(own.map(\.key))
        let present = own + (try reader.stagedHashes(Array(others)))
        let changed = present.filter { known[$0.key] != $0.contentHash }.map(\.key)
        guard !changed.isEmpty || exchange.match?.via != nil else { return nil }
        // Findings about places and drugs from earlier in this run may be out of date.
        let segmentation = Segmentation(terms: segmentation.terms, identities: segmentation.identities)
        let people = [changed.isEmpty ? nil : exchange.member, exchange.match?.via].compactMap(\.self)
        for patient in try people.compactMap(reader.staged).compactMap({ ClinicalResource($0, stager: stager) }) {
            if let found = try segmentation.finding(about: patient, sensitive: sensitive, reader) {
                return fault(found)
            }
        }
        // A Patient sent with one of the payer's numbers always differs from the staged one.
        guard changed.contains(where: { $0 != exchange.member }) else { return nil }
        let member = StagedMember(
            exchange.member, compartment: try reader.compartment(of: exchange.member), stager: stager)
        let holds = try segmentation.holds(in: member.resources + member.provenance, sensitive: sensitive, reader)
        let carried = exchange.manifest.entries.filter { $0.leftOut == nil }
        return carried.lazy.compactMap { holds[$0.key] }.first.map { fault($0.finding) }
    }

    private func fault(_ found: Sensitivity.Finding) -> Fault {
        Fault(
            Segmentation.code(found), .withhold,
            "what was bundled is no longer covered, by \(segmentation.terms.sensitivity.recorded(found))",
            hint: "the next run looks at the patient anew, and sends what then may go")
    }
}
