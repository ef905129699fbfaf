import FHIR
import PDex

/// Every way that leads to a person, as keyed hashes: of a payer's member from its records, of a clinic's patient from
/// its chart, for one payer: each says which of the clinic's numbers are its own.
struct MemberLinks: Sendable {
    let terms: ExchangeTerms
    let identities: Identities
    /// Where the ways begin that lead from a Patient to those who say that they took its place, and that it took
    /// theirs.
    private let replacing: Int64
    private let replaced: Int64
    private let side: Int64

    /// As many of a way's last bits say of which clinic the patients are: close enough to lie on one page of millions.
    private static let sideBits = 40

    init(terms: ExchangeTerms, identities: Identities) {
        self.terms = terms
        self.identities = identities
        let patients = terms.clinic.name + "\u{1f}" + terms.payer.name
        replacing = identities.linkKey(source: patients, by: "replaces", value: "")
        replaced = identities.linkKey(source: patients, by: "replaced-by", value: "")
        // Never nought: a way to patients is none to members.
        side = identities.linkKey(source: patients, by: "patients", value: "") & ((1 << Self.sideBits) - 1) | 1
    }

    /// The ways by which a rule leads from a value to the payer's members, and to the clinic's patients.
    func links(from value: String, by rule: MatchRule) -> LinkPair {
        let link = identities.linkKey(source: terms.payer.name, by: rule.rawValue, value: value)
        return LinkPair(toMembers: link, toPatients: link ^ side)
    }

    /// The ways to a member of the payer.
    func links(ofMember facts: PersonFacts) -> [Int64] {
        let coverages = CoveredMember(facts, terms: terms).coverages
        return links(to: traits.of(member: facts, coverages), \.toMembers).sorted()
    }

    /// The ways to a patient of the clinic, and from those that it names as merged with it; one that was replaced is
    /// nobody else's match any more.
    func links(ofPatient facts: PersonFacts) -> [Int64] {
        let own = facts.isReplaced ? [] : links(to: traits.of(patient: facts), \.toPatients)
        return own.union(facts.replaces.map(link(toReplaced:))).union(facts.replacedBy.map(link(toReplacing:))).sorted()
    }

    /// The way from a Patient to the one that says it replaced it: patients whose keys are close have ways that are
    /// close, since it is asked of everybody in the order of keys.
    func link(toReplaced patient: ResourceKey) -> Int64 { replacing ^ patient.bits }

    /// The way from a Patient to those that say it replaced them.
    func link(toReplacing patient: ResourceKey) -> Int64 { replaced ^ patient.bits }

    private var traits: MemberTraits { MemberTraits(numbers: terms.numbers) }

    private func links(to portrait: Portrait, _ link: (LinkPair) -> Int64) -> Set<Int64> {
        Set(MatchRule.allCases.flatMap { rule in portrait.values(rule).map { link(links(from: $0, by: rule)) } })
    }
}
