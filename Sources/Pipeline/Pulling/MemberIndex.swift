import FHIR
import PDex

/// Indexes a payer's members and a clinic's patients by every way of recognising them; values are kept as keyed
/// hashes only.
///
/// Both sides, because a member is recognised only when nobody else at the clinic might be meant (reliability T10).
struct MemberIndex: Sendable {
    let terms: ExchangeTerms
    let store: any Store
    let identities: Identities

    private static let peopleAtOnce = 500

    /// Brings the links of everybody up to date, so that none outlives the record it came from.
    ///
    /// The clinic's patients are all that are staged, in the run's roster or not.
    func rebuild() async throws {
        let (payer, clinic) = (terms.payer.name, terms.clinic.name)
        try await each {
            try $0.patients(ofSource: payer, after: $1, limit: Self.peopleAtOnce)
        } links: {
            try memberLinks(of: $1, $0)
        }
        try await each {
            try $0.keys(ofSource: clinic, type: "Patient", after: $1, limit: Self.peopleAtOnce)
        } links: {
            try $0.staged($1).map(patientLinks) ?? []
        }
    }

    /// Turns the pages of people, and writes the links of those for whom they differ.
    private func each(
        page: @escaping @Sendable (any StoreReader, ResourceKey?) throws -> [ResourceKey],
        links: @escaping @Sendable (any StoreReader, ResourceKey) throws -> [Int64]
    ) async throws {
        var last: ResourceKey?
        while true {
            let after = last
            let (end, stale) = try await store.read { reader in
                let people = try page(reader, after)
                let stale = try people.compactMap { key -> (key: ResourceKey, links: [Int64])? in
                    let links = try links(reader, key)
                    return try reader.links(to: key) == links ? nil : (key, links)
                }
                return (people.last, stale)
            }
            guard let end else { return }
            if !stale.isEmpty {
                try await store.write { writer in
                    for (key, links) in stale {
                        try writer.unlink(key)
                        try writer.link(key, by: links)
                    }
                }
            }
            last = end
        }
    }

    private func memberLinks(of member: ResourceKey, _ reader: any StoreReader) throws -> [Int64] {
        let records = try MemberRecords(of: member, terms: terms, identities: identities, reader)
        return links(of: terms.payer) { MemberTraits.of(member: records.person, records.coverages, $0) }
    }

    private func patientLinks(of staged: StagedResource) -> [Int64] {
        guard let patient = try? Resource(parsing: staged.bytes), !MemberTraits.isReplaced(patient) else { return [] }
        return links(of: terms.clinic) { MemberTraits.of(patient: patient, $0) }
    }

    private func links(of party: Party, _ values: (MatchRule) -> [String]) -> [Int64] {
        let links = MatchRule.allCases.flatMap { rule in
            values(rule).map { identities.linkKey(source: party.name, by: rule.rawValue, value: $0) }
        }
        return Set(links).sorted()
    }
}
