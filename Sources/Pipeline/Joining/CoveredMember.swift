import FHIR
import PDex

/// One of the payer's members as used for recognition, with the coverage that counts: from stored facts, or else from
/// its records.
struct CoveredMember {
    /// The content of its records.
    let facts: PersonFacts
    /// Coverage with this payer only (CO-13); if ``isPayorKnown`` is false, coverage that may be with another payer.
    let held: [PersonFacts.Held]
    /// Whether it is certain that the coverages are with this payer.
    let isPayorKnown: Bool
    /// ``held`` without the keys.
    var coverages: [Coverage] { held.map(\.coverage) }

    init(_ member: ResourceKey, terms: ExchangeTerms, identities: Identities, _ reader: any MemberReader) throws {
        let payers = Stager(payerOf: terms, identities)
        let facts = try reader.facts(of: member) ?? PersonFacts(ofMember: member, payers, reader)
        self.init(facts ?? PersonFacts(person: nil), terms: terms)
    }

    /// From facts that were read.
    init(_ facts: PersonFacts, terms: ExchangeTerms) {
        var sure: [PersonFacts.Held] = []
        var unsure: [PersonFacts.Held] = []
        for held in facts.coverages {
            let verdicts = held.coverage.payors.map { $0.isPayer(terms.payer, source: terms.coverage) }
            if verdicts.contains(true) {
                sure.append(held)
            } else if verdicts.contains(nil) {
                unsure.append(held)
            }
        }
        self.facts = facts
        held = sure.isEmpty ? unsure : sure
        isPayorKnown = !sure.isEmpty || unsure.isEmpty
    }
}
