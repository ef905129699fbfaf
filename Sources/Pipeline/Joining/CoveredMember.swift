import FHIR
import PDex

/// One of the payer's members as it is recognised, with the coverage that counts: by the facts that were kept of it, or
/// else by its records.
struct CoveredMember {
    /// What its records say.
    let facts: PersonFacts
    /// Coverage with this payer and no other (CO-13); while ``isPayorKnown`` is false, coverage that may be another's.
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

    /// By facts that were read.
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
