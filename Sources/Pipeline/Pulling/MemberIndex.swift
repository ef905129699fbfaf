import FHIR
import PDex

/// Indexes a payer's members and a clinic's patients by every way of recognising them, and stores with each the facts
/// that the join needs; the values by which people are found are kept only as keyed hashes.
///
/// Both sides, because a member is recognised only if nobody else at the clinic might be meant (reliability T10).
struct MemberIndex: Sendable {
    let terms: ExchangeTerms
    let store: any Store
    let identities: Identities

    private static let peopleAtOnce = 500
    /// How many people are read and indexed in one transaction.
    private static let staleAtOnce = 100

    /// Brings everybody's links up to date, so that no link outlives the record it came from; people already indexed on
    /// the same basis, and unchanged since, are not read again.
    ///
    /// This covers all staged patients of the clinic, whether or not they are in the run's roster.
    func rebuild() async throws {
        let (payer, clinic) = (terms.payer.name, terms.clinic.name)
        let writer = IndexWriter(terms: terms, identities: identities)
        let known = try await store.read { try $0.indexBasis(of: everybody, for: payer) }
        // Until it is done, some are indexed on one basis and some on another.
        if let known, known != basis { try await mark(nil) }
        try await each(writer.memberBasis) {
            try $0.patients(ofSource: payer, after: $1, limit: Self.peopleAtOnce)
        } index: {
            try writer.index(member: $0, $1)
        }
        try await each(writer.patientBasis) {
            try $0.keys(ofSource: clinic, type: "Patient", after: $1, limit: Self.peopleAtOnce)
        } index: {
            try writer.index(patient: $0, $1)
        }
        if known != basis { try await mark(basis) }
    }

    /// Records the basis on which everybody is indexed, in a row for no real person; nil has all indexed again.
    private func mark(_ basis: Int64?) async throws {
        try await store.write { [everybody, terms] in
            try $0.index(
                everybody, of: terms.clinic.name, for: terms.payer.name, facts: PersonFacts(person: nil), links: [],
                basis: basis)
        }
    }

    /// Whether everybody on both sides is indexed as clinic and payer are configured now. Until then nobody may be
    /// looked for, because it is not known who else might be meant.
    func isComplete(_ reader: any StoreReader) throws -> Bool {
        try reader.indexBasis(of: everybody, for: terms.payer.name) == basis
    }

    /// A key that stands for everybody on both sides.
    private var everybody: ResourceKey {
        identities.key(source: terms.clinic.name + "\u{1f}" + terms.payer.name, type: "Patient", id: "")
    }

    /// The combined basis of both sides.
    private var basis: Int64 {
        let writer = IndexWriter(terms: terms, identities: identities)
        // Either may change alone, and they may swap values.
        return writer.memberBasis ^ (writer.patientBasis &* 31)
    }

    /// The same for a few people of whom something was read.
    func refresh(patients: [ResourceKey], members: [ResourceKey]) async throws {
        let (payer, writer) = (terms.payer.name, IndexWriter(terms: terms, identities: identities))
        try await store.write { store in
            for member in members where try store.indexBasis(of: member, for: payer) != writer.memberBasis {
                try writer.index(member: member, store)
            }
            for patient in patients where try store.indexBasis(of: patient, for: payer) != writer.patientBasis {
                try writer.index(patient: patient, store)
            }
        }
    }

    /// Goes through people page by page, and indexes those whose index is missing or out of date. Each is read in the
    /// transaction that indexes it, so that nothing that another process stages meanwhile is missed.
    private func each(
        _ basis: Int64, page: @escaping @Sendable (any StoreReader, ResourceKey?) throws -> [ResourceKey],
        index: @escaping @Sendable (ResourceKey, any StoreWriter) throws -> Void
    ) async throws {
        let payer = terms.payer.name
        var last: ResourceKey?
        while true {
            let after = last
            let (end, stale) = try await store.read { reader in
                let people = try page(reader, after)
                return (people.last, try people.filter { try reader.indexBasis(of: $0, for: payer) != basis })
            }
            guard let end else { return }
            for first in stride(from: 0, to: stale.count, by: Self.staleAtOnce) {
                let some = stale[first..<min(first + Self.staleAtOnce, stale.count)]
                try await store.write { writer in
                    for key in some { try index(key, writer) }
                }
            }
            last = end
        }
    }
}
