import FHIR
import PDex

/// Writes the ways to one person, and what the join asks of it, from what is staged.
struct IndexWriter: Sendable {
    /// Raised when another way is found from the same records, so that everybody is indexed anew.
    private static let form = 1

    /// On what the ways and the facts are made, besides the records.
    let basis: Int64

    private let links: MemberLinks
    private let terms: ExchangeTerms
    private let clinics: Stager
    private let payers: Stager

    init(terms: ExchangeTerms, identities: Identities) {
        links = MemberLinks(terms: terms, identities: identities)
        self.terms = terms
        clinics = Stager(source: terms.clinic.name, base: terms.clinic.base, identities: identities)
        payers = Stager(source: terms.payer.name, base: terms.payer.base, identities: identities)
        basis = Array(Self.words(terms).utf8).withUnsafeBytes(identities.contentHash) ^ terms.numbers.tableDigest
    }

    /// Indexes one of the payer's members.
    func index(member: ResourceKey, _ writer: any StoreWriter) throws {
        let facts = try PersonFacts(ofMember: member, payers, writer)
        try writer.index(
            member, of: terms.payer.name, facts: facts, links: links.links(ofMember: facts), basis: basis)
    }

    /// Indexes one of the clinic's patients; to one that cannot be read nothing leads.
    func index(patient: ResourceKey, _ writer: any StoreWriter) throws {
        guard let staged = try writer.staged(patient) else { return try writer.unlink(patient) }
        guard let resource = try? Resource(parsing: staged.bytes) else {
            return try writer.index(patient, of: terms.clinic.name, facts: nil, links: [], basis: basis)
        }
        let facts = PersonFacts(ofPatient: resource, clinics)
        let replaces = PersonFacts.patients(resource["link"]?.elements ?? [], MemberLinks.replacing, clinics)
        try writer.index(
            patient, of: terms.clinic.name, facts: ClinicalResource(staged, stager: clinics) == nil ? nil : facts,
            links: links.links(ofPatient: facts, replaces: replaces), basis: basis)
    }

    /// How the parties and their numbers are configured, as far as anybody is recognised by it.
    private static func words(_ terms: ExchangeTerms) -> String {
        let numbers = terms.numbers
        let parties = [terms.clinic, terms.payer].flatMap { [$0.name, $0.base, $0.npi, $0.organization] }
        let pairs = numbers.pairs.map { $0.clinic + "=" + $0.payer }
        let table = numbers.tableSystems.map { $0.clinic + "=" + $0.payer }
        let lists = [
            ["\(form)", terms.coverage.isServed ? "served" : "filed"], parties, numbers.subscriberSystems.sorted(),
            pairs, [table, numbers.memberSystem].map { $0 ?? "-" },
        ]
        return lists.map { $0.joined(separator: "\u{1f}") }.joined(separator: "\u{1e}")
    }
}
