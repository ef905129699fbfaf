import FHIR
import PDex

/// Every way that leads to a person, as keyed hashes: of a payer's member from its records, of a clinic's patient from
/// its chart, for one payer: each says which of the clinic's numbers are its own.
struct MemberLinks: Sendable {
    /// What leads from a Patient to the one that says it replaced it.
    static let replacing = "replaces"

    let terms: ExchangeTerms
    let identities: Identities
    private let patients: String
    private let origin: Int64

    init(terms: ExchangeTerms, identities: Identities) {
        self.terms = terms
        self.identities = identities
        patients = terms.clinic.name + "\u{1f}" + terms.payer.name
        origin = identities.linkKey(source: patients, by: Self.replacing, value: "")
    }

    /// The way by which a rule leads from a value to the payer's members.
    func link(toMembers value: String, by rule: MatchRule) -> Int64 {
        identities.linkKey(source: terms.payer.name, by: rule.rawValue, value: value)
    }

    /// The way by which it leads to the clinic's patients.
    func link(toPatients value: String, by rule: MatchRule) -> Int64 {
        identities.linkKey(source: patients, by: rule.rawValue, value: value)
    }

    /// The ways to a member of the payer.
    func links(ofMember facts: PersonFacts) -> [Int64] {
        let coverages = CoveredMember(facts, terms: terms).coverages
        return links(to: traits.of(member: facts, coverages), link(toMembers:by:)).sorted()
    }

    /// The ways to a patient of the clinic, and from those it `replaces` to it; none to one that was replaced.
    func links(ofPatient facts: PersonFacts, replaces: [ResourceKey]) -> [Int64] {
        guard !facts.isReplaced else { return [] }
        return links(to: traits.of(patient: facts), link(toPatients:by:)).union(replaces.map(link(toReplaced:)))
            .sorted()
    }

    /// The way from a Patient to the one that says it replaced it: patients whose keys are close have ways that are close,
    /// since it is asked of everybody in the order of keys.
    func link(toReplaced patient: ResourceKey) -> Int64 { origin ^ patient.bits }

    private var traits: MemberTraits { MemberTraits(numbers: terms.numbers) }

    private func links(to portrait: Portrait, _ link: (String, MatchRule) -> Int64) -> Set<Int64> {
        Set(MatchRule.allCases.flatMap { rule in portrait.values(rule).map { link($0, rule) } })
    }
}
