import FHIR
import PDex

/// What is looked up while one patient is recognised: the payer's records of members, and the people to whom rules
/// lead, each read once.
final class KnownMembers {
    let links: MemberLinks
    let reader: any MemberReader
    private var known: [ResourceKey: (member: CoveredMember, portrait: Portrait)] = [:]
    /// Only a handful: searching them takes less time than hashing their keys.
    private var ways: [Way] = []

    /// The people at both parties to whom a value leads.
    private struct Way {
        let rule: MatchRule
        let value: String
        let people: LinkedPeople
    }

    init(links: MemberLinks, reader: any MemberReader) {
        self.links = links
        self.reader = reader
    }

    /// A member with the coverage that counts.
    func member(_ member: ResourceKey) throws -> CoveredMember {
        try both(of: member).member
    }

    /// The traits by which the rules recognise a member.
    func portrait(of member: ResourceKey) throws -> Portrait {
        try both(of: member).portrait
    }

    /// The payer's members that a rule leads to from these values.
    func members(_ values: [String], _ rule: MatchRule) throws -> Set<ResourceKey> {
        try people(values, rule, \.members)
    }

    /// The clinic's patients that a rule leads to from these values.
    func patients(_ values: [String], _ rule: MatchRule) throws -> Set<ResourceKey> {
        try people(values, rule, \.patients)
    }

    private func both(of key: ResourceKey) throws -> (member: CoveredMember, portrait: Portrait) {
        if let both = known[key] { return both }
        let member = try CoveredMember(key, terms: links.terms, identities: links.identities, reader)
        let portrait = MemberTraits(numbers: links.terms.numbers).of(member: member.facts, member.coverages)
        known[key] = (member, portrait)
        return (member, portrait)
    }

    private func people(
        _ values: [String], _ rule: MatchRule, _ side: (LinkedPeople) -> [ResourceKey]
    ) throws -> Set<ResourceKey> {
        var found: Set<ResourceKey> = []
        for value in values { found.formUnion(side(try people(value, rule))) }
        return found
    }

    private func people(_ value: String, _ rule: MatchRule) throws -> LinkedPeople {
        if let way = ways.first(where: { $0.rule == rule && $0.value == value }) { return way.people }
        let people = try reader.people(linkedBy: links.links(from: value, by: rule))
        ways.append(Way(rule: rule, value: value, people: people))
        return people
    }
}
