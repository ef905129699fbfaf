import FHIR
import PDex

/// Every way that leads to a person, as keyed hashes: to a payer's member from its records, to a clinic's patient from
/// its chart. They are specific to a payer, since each says which of the clinic's numbers are its own.
struct MemberLinks: Sendable {
    let terms: ExchangeTerms
    let identities: Identities
    /// The bases of the ways from a Patient to those that state that they replaced it, and to those that it is stated
    /// to replace.
    private let replacing: Int64
    private let replaced: Int64
    private let side: Int64

    /// How many of a way's last bits depend on the clinic: so close that both ways lie on one page among millions.
    private static let sideBits = 40

    init(terms: ExchangeTerms, identities: Identities) {
        self.terms = terms
        self.identities = identities
        let patients = terms.clinic.name + "\u{1f}" + terms.payer.name
        replacing = identities.linkKey(source: patients, by: "replaces", value: "")
        replaced = identities.linkKey(source: patients, by: "replaced-by", value: "")
        // Never zero: a way to patients is not a way to members.
        side = identities.linkKey(source: patients, by: "patients", value: "") & ((1 << Self.sideBits) - 1) | 1
    }

    /// The ways by which a rule leads from a value to the payer's members and to the clinic's patients.
    func links(from value: String, by rule: MatchRule) -> LinkPair {
        let link = identities.linkKey(source: terms.payer.name, by: rule.rawValue, value: value)
        return LinkPair(toMembers: link, toPatients: link ^ side)
    }

    /// The ways to a member of the payer.
    func links(ofMember facts: PersonFacts) -> [Int64] {
        let coverages = CoveredMember(facts, terms: terms).coverages
        return links(to: traits.of(member: facts, coverages), \.toMembers).sorted()
    }

    /// The ways to a patient of the clinic, and from those that it names as merged with it; one that was replaced can
    /// no longer be matched.
    func links(ofPatient facts: PersonFacts) -> [Int64] {
        let own = facts.isReplaced ? [] : links(to: traits.of(patient: facts), \.toPatients)
        return own.union(facts.replaces.map(link(toReplaced:))).union(facts.replacedBy.map(link(toReplacing:))).sorted()
    }

    /// The way from a Patient to the one that states that it replaced it. Since ways are looked up for everybody in the
    /// order of keys, patients with close keys have close ways.
    func link(toReplaced patient: ResourceKey) -> Int64 { replacing ^ patient.bits }

    /// The way from a Patient to those that state that it replaced them.
    func link(toReplacing patient: ResourceKey) -> Int64 { replaced ^ patient.bits }

    private var traits: MemberTraits { MemberTraits(numbers: terms.numbers) }

    private func links(to portrait: Portrait, _ link: (LinkPair) -> Int64) -> Set<Int64> {
        Set(MatchRule.allCases.flatMap { rule in portrait.values(rule).map { link(links(from: $0, by: rule)) } })
    }
}
