import FHIR
import PDex

/// The payer's records of the members that come up while one patient is recognised, each read once.
struct KnownMembers {
    let terms: ExchangeTerms
    let identities: Identities
    let reader: any MemberReader
    private var known: [ResourceKey: MemberRecords] = [:]

    init(terms: ExchangeTerms, identities: Identities, reader: any MemberReader) {
        self.terms = terms
        self.identities = identities
        self.reader = reader
    }

    /// What is recorded of a member.
    mutating func records(of member: ResourceKey) throws -> MemberRecords {
        if let records = known[member] { return records }
        let records = try MemberRecords(of: member, terms: terms, identities: identities, reader)
        known[member] = records
        return records
    }
}
