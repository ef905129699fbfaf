import FHIR
import PDex

/// What comes up while one patient is recognised: the payer's records of members, and whom a rule leads to, each read
/// once.
final class KnownMembers {
    let links: MemberLinks
    let reader: any MemberReader
    private var known: [ResourceKey: (member: CoveredMember, portrait: Portrait)] = [:]
    /// A handful: looking through them takes less than hashing what they go by.
    private var ways: [Way] = []

    /// What leads to people at one of the parties.
    private struct Way {
        let isPayer: Bool
        let rule: MatchRule
        let value: String
        let people: [ResourceKey]
    }

    init(links: MemberLinks, reader: any MemberReader) {
        self.links = links
        self.reader = reader
    }

    /// A member with the coverage that counts.
    func member(_ member: ResourceKey) throws -> CoveredMember {
        try both(of: member).member
    }

    /// What the rules recognise a member by.
    func portrait(of member: ResourceKey) throws -> Portrait {
        try both(of: member).portrait
    }

    /// The payer's members that a rule leads to from these values.
    func members(_ values: [String], _ rule: MatchRule) throws -> Set<ResourceKey> {
        try people(values, rule, isPayer: true)
    }

    /// The clinic's patients that a rule leads to from these values.
    func patients(_ values: [String], _ rule: MatchRule) throws -> Set<ResourceKey> {
        try people(values, rule, isPayer: false)
    }

    private func both(of key: ResourceKey) throws -> (member: CoveredMember, portrait: Portrait) {
        if let both = known[key] { return both }
        let member = try CoveredMember(key, terms: links.terms, identities: links.identities, reader)
        let portrait = MemberTraits(numbers: links.terms.numbers).of(member: member.facts, member.coverages)
        known[key] = (member, portrait)
        return (member, portrait)
    }

    private func people(_ values: [String], _ rule: MatchRule, isPayer: Bool) throws -> Set<ResourceKey> {
        var found: Set<ResourceKey> = []
        for value in values {
            if let way = ways.first(where: { $0.isPayer == isPayer && $0.rule == rule && $0.value == value }) {
                found.formUnion(way.people)
                continue
            }
            let link = isPayer ? links.link(toMembers: value, by: rule) : links.link(toPatients: value, by: rule)
            let people = try reader.members(linkedBy: link)
            ways.append(Way(isPayer: isPayer, rule: rule, value: value, people: people))
            found.formUnion(people)
        }
        return found
    }
}
