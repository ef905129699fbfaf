public import FHIR
public import PDex

/// A payer's member as staged: its coverage, present and past, and the patient whom an operator linked to it.
public struct MemberSummary: Sendable {
    /// One coverage with this payer.
    public struct Held: Sendable {
        /// Its staging key.
        public let key: ResourceKey
        /// The facts that the join reads from it.
        public let coverage: Coverage
        /// Its earlier versions, oldest first.
        public let history: [SupersededResource]
    }

    /// The payer's Patient.
    public let key: ResourceKey
    /// The Patient itself, when the payer gave it.
    public let person: Resource?
    /// The coverages with this payer, in the order in which they pay.
    public let coverages: [Held]
    /// How many consents are recorded.
    public let consents: Int
    /// What an operator decided.
    public let link: MemberLink?

    /// Reads a member.
    public init(
        _ key: ResourceKey, terms: ExchangeTerms, identities: Identities, _ reader: any StoreReader
    ) throws {
        let records = try MemberRecords(of: key, terms: terms, identities: identities, reader)
        self.key = key
        person = records.person
        consents = records.consents.count
        coverages = try records.held.map {
            Held(key: $0.key, coverage: $0.coverage, history: try reader.history(of: $0.key))
        }.sorted { ($0.coverage.order ?? .max, $0.key) < ($1.coverage.order ?? .max, $1.key) }
        link = try reader.memberLink(to: key, terms.route)
    }

    /// The coverages that hold on a day, the one that pays first coming first.
    public func holding(on day: ServiceDates) -> [Coverage] {
        Coverage.holding(on: day, among: coverages.map(\.coverage))
    }
}
