import FHIR
import PDex

/// Every way that leads to a person, as keyed hashes: of a payer's member from its records, of a clinic's patient from
/// its chart.
struct MemberLinks: Sendable {
    let terms: ExchangeTerms
    let identities: Identities

    /// The ways to a member of the payer.
    func links(ofMember member: ResourceKey, _ reader: any MemberReader) throws -> [Int64] {
        let records = try MemberRecords(of: member, terms: terms, identities: identities, reader)
        return links(of: terms.payer, traits.of(member: records.person, records.coverages)).sorted()
    }

    /// The ways to a patient of the clinic, and from those it replaced to it; none to one that was replaced.
    func links(ofPatient staged: StagedResource) -> [Int64] {
        guard let patient = try? Resource(parsing: staged.bytes), !MemberTraits.isReplaced(patient) else { return [] }
        let stager = Stager(source: terms.clinic.name, base: terms.clinic.base, identities: identities)
        let replaced = Succession.keys(patient, "replaces", stager)
            .map { Succession.link(to: $0, of: terms.clinic, identities) }
        return links(of: terms.clinic, traits.of(patient: patient)).union(replaced).sorted()
    }

    private var traits: MemberTraits { MemberTraits(numbers: terms.numbers) }

    private func links(of party: Party, _ portrait: Portrait) -> Set<Int64> {
        Set(
            MatchRule.allCases.flatMap { rule in
                portrait.values(rule).map { identities.linkKey(source: party.name, by: rule.rawValue, value: $0) }
            })
    }
}
