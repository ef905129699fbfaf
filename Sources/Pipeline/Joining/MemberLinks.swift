import FHIR
import PDex

/// Every way that leads to a person, as keyed hashes: of a payer's member from its records, of a clinic's patient from
/// its chart.
struct MemberLinks: Sendable {
    /// What leads from a Patient to the one that says it replaced it.
    static let replacing = "replaces"

    let terms: ExchangeTerms
    let identities: Identities
    private let origin: Int64

    init(terms: ExchangeTerms, identities: Identities) {
        self.terms = terms
        self.identities = identities
        origin = identities.linkKey(source: terms.clinic.name, by: Self.replacing, value: "")
    }

    /// The ways to a member of the payer.
    func links(ofMember facts: PersonFacts) -> [Int64] {
        let coverages = CoveredMember(facts, terms: terms).coverages
        return links(of: terms.payer, traits.of(member: facts, coverages)).sorted()
    }

    /// The ways to a patient of the clinic, and from those it `replaces` to it; none to one that was replaced.
    func links(ofPatient facts: PersonFacts, replaces: [ResourceKey]) -> [Int64] {
        guard !facts.isReplaced else { return [] }
        return links(of: terms.clinic, traits.of(patient: facts)).union(replaces.map(link(toReplaced:))).sorted()
    }

    /// The way from a Patient to the one that says it replaced it: patients whose keys are close have ways that are close,
    /// since it is asked of everybody in the order of keys.
    func link(toReplaced patient: ResourceKey) -> Int64 { origin ^ patient.bits }

    private var traits: MemberTraits { MemberTraits(numbers: terms.numbers) }

    private func links(of party: Party, _ portrait: Portrait) -> Set<Int64> {
        Set(
            MatchRule.allCases.flatMap { rule in
                portrait.values(rule).map { identities.linkKey(source: party.name, by: rule.rawValue, value: $0) }
            })
    }
}
