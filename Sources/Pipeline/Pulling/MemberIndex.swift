import FHIR
import PDex

/// Indexes a payer's members and a clinic's patients by every way of recognising them, and keeps beside it what the
/// join asks of each; the values that lead to somebody are kept as keyed hashes only.
///
/// Both sides, because a member is recognised only when nobody else at the clinic might be meant (reliability T10).
struct MemberIndex: Sendable {
    let terms: ExchangeTerms
    let store: any Store
    let identities: Identities

    private static let peopleAtOnce = 500
    /// As many are read and written in one transaction.
    private static let staleAtOnce = 100

    /// Brings the links of everybody up to date, so that none outlives the record it came from; whoever was indexed on
    /// the same basis, and did not change since, is not read again.
    ///
    /// The clinic's patients are all that are staged, in the run's roster or not.
    func rebuild() async throws {
        let (payer, clinic) = (terms.payer.name, terms.clinic.name)
        let writer = IndexWriter(terms: terms, identities: identities)
        let known = try await store.read { try $0.indexBasis(of: everybody, for: payer) }
        // While it is done, they are indexed partly on one basis and partly on another.
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

    /// Remembers on what basis everybody is indexed, in a row of nobody's: it goes where all are to be indexed anew.
    private func mark(_ basis: Int64?) async throws {
        try await store.write { [everybody, terms] in
            try $0.index(
                everybody, of: terms.clinic.name, for: terms.payer.name, facts: PersonFacts(person: nil), links: [],
                basis: basis)
        }
    }

    /// Whether everybody on both sides was indexed as clinic and payer are configured now, and not otherwise since.
    /// Nobody is to be looked for before: who else might be meant is not known.
    func isComplete(_ reader: any StoreReader) throws -> Bool {
        try reader.indexBasis(of: everybody, for: terms.payer.name) == basis
    }

    /// Stands for everybody on both sides.
    private var everybody: ResourceKey {
        identities.key(source: terms.clinic.name + "\u{1f}" + terms.payer.name, type: "Patient", id: "")
    }

    /// On what both sides are indexed.
    private var basis: Int64 {
        let writer = IndexWriter(terms: terms, identities: identities)
        // Either alone may change, and they may change places.
        return writer.memberBasis ^ (writer.patientBasis &* 31)
    }

    /// The same for a few, of whom something has been read.
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

    /// Turns the pages of people, and indexes those who are not, or no longer. They are read where they are written:
    /// what another process stages meanwhile is not missed.
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
