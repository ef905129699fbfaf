import Mappings
package import PDex

/// Compares what a job's deliveries need of the payer's server with what its `/metadata` lists (WR-01).
struct DeliveryOffer: Sendable {
    private let terms: ExchangeTerms
    private let capability: ServerCapability
    /// The types that are written, in order.
    let types: [String]

    init(_ terms: ExchangeTerms, _ mappings: MappingSet, _ capability: ServerCapability) {
        self.terms = terms
        self.capability = capability
        let selected = terms.selection.selectedTypes(allowed: terms.allowedTypes)
        types = Set(selected + ["Patient", "Organization", "Provenance"])
            .intersection(mappings.types + ["Provenance"]).sorted()
    }

    /// What is not listed, in words; empty when nothing prevents deliveries of that kind.
    func missing(for kind: ExchangeTerms.Delivery.Kind) -> [String] {
        var missing = kind.systemOperations.filter { !capability.systemOperations.contains($0) }
            .map { "the system operation $\($0)" }
        guard kind.writesToServer else { return missing }
        if kind.isBundle, !capability.systemInteractions.contains(kind.rawValue) {
            missing.append("the system interaction \(kind.rawValue)")
        }
        missing += types.filter { capability.types[$0]?.updateCreate != true }.map { "updateCreate for \($0)" }
        if kind == .put { missing += lacking("update", of: types) }
        if terms.deletes {
            missing += lacking("delete", of: types.filter { !Self.neverDeleted.contains($0) })
        }
        return missing
    }

    private static let neverDeleted: Set = ["Patient", "Organization", "Provenance"]

    private func lacking(_ interaction: String, of types: [String]) -> [String] {
        types.filter { capability.types[$0]?.interactions.contains(interaction) != true }
            .map { "\(interaction) for \($0)" }
    }
}

extension ExchangeTerms.Delivery.Kind {
    /// Whether it needs the payer's server at all.
    package var needsServer: Bool { writesToServer || !systemOperations.isEmpty }
}
