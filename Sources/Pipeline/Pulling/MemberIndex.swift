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
        let known = MemberLinks(terms: terms, identities: identities)
        try await each {
            try $0.patients(ofSource: payer, after: $1, limit: Self.peopleAtOnce)
        } links: {
            try known.links(ofMember: $1, $0)
        }
        try await each {
            try $0.keys(ofSource: clinic, type: "Patient", after: $1, limit: Self.peopleAtOnce)
        } links: {
            try $0.staged($1).map(known.links(ofPatient:)) ?? []
        }
    }

    /// The same for a few, of whom something has been read.
    func refresh(patients: [ResourceKey], members: [ResourceKey]) async throws {
        let known = MemberLinks(terms: terms, identities: identities)
        try await store.write { writer in
            let links =
                try members.map { ($0, try known.links(ofMember: $0, writer)) }
                + patients.map { ($0, try writer.staged($0).map(known.links(ofPatient:)) ?? []) }
            for (key, links) in links where try writer.links(to: key) != links {
                try writer.unlink(key)
                try writer.link(key, by: links)
            }
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
}
