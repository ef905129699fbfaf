import FHIR
import PDex

/// What the clinic has labelled since an exchange was made, as far as it was staged: a bundle that waits must not carry what
/// would be held by now (CO-05).
struct HeldSince: Sendable {
    let segmentation: Segmentation
    let stager: Stager

    /// Why the exchange must not be sent as it was made; nil while nothing that it carries is held. `sensitive` tells whether
    /// its permit covers what is sensitive.
    ///
    /// Where nothing changed, nothing is read. Where something did, the member is divided as it was when the exchange was made.
    func fault(under exchange: Exchange, sensitive: Bool, _ reader: any StoreReader) throws -> Fault? {
        let known = Dictionary(exchange.manifest.entries.map { ($0.key, $0.contentHash) }) { first, _ in first }
        let own = try reader.compartmentHashes(of: exchange.member)
        let others = Set(known.keys).subtracting(own.map(\.key))
        let present = own + (try reader.stagedHashes(Array(others)))
        let isChanged = present.contains { known[$0.key] != $0.contentHash }
        guard isChanged || exchange.match?.via != nil else { return nil }
        let member = StagedMember(
            exchange.member, compartment: try reader.compartment(of: exchange.member), stager: stager)
        let survivor = try exchange.match?.via.flatMap(reader.staged).flatMap { ClinicalResource($0, stager: stager) }
        for patient in [member.patient, survivor].compactMap(\.self) {
            if let found = try segmentation.finding(about: patient, sensitive: sensitive, reader) {
                return fault(found)
            }
        }
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
