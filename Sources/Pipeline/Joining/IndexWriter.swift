import FHIR
import PDex

/// Writes the ways to one person for a payer, and the facts that the join needs, from what is staged.
struct IndexWriter: Sendable {
    /// Raised when the same records yield other ways, so that everybody is indexed again.
    private static let form = 3

    /// The basis of the ways to the payer's members, apart from their records.
    let memberBasis: Int64
    /// The basis of the ways to the clinic's patients, apart from their records.
    let patientBasis: Int64

    private let links: MemberLinks
    private let terms: ExchangeTerms
    private let clinics: Stager
    private let payers: Stager

    init(terms: ExchangeTerms, identities: Identities) {
        links = MemberLinks(terms: terms, identities: identities)
        self.terms = terms
        clinics = Stager(clinicOf: terms, identities)
        payers = Stager(payerOf: terms, identities)
        let numbers = Self.words(terms.numbers)
        func basis(_ words: [String]) -> Int64 {
            let text = (words + numbers).joined(separator: "\u{1e}")
            return Array(text.utf8).withUnsafeBytes(identities.contentHash) ^ terms.numbers.tableDigest
        }
        let payer = terms.payer
        memberBasis = basis([payer.name, payer.base, payer.npi, payer.organization, "\(terms.coverage.isServed)"])
        patientBasis = basis([terms.clinic.name, terms.clinic.base])
    }

    /// Indexes one of the payer's members; every time again if a payor is not an organization.
    func index(member: ResourceKey, _ writer: any StoreWriter) throws {
        guard let facts = try PersonFacts(ofMember: member, payers, writer) else { return try writer.unlink(member) }
        try writer.index(
            member, of: terms.payer.name, for: terms.payer.name, facts: facts.payors == .others ? nil : facts,
            links: links.links(ofMember: facts),
            basis: facts.payors == .others ? nil : memberBasis)
    }

    /// Indexes one of the clinic's patients; no way leads to one that cannot be read.
    func index(patient: ResourceKey, _ writer: any StoreWriter) throws {
        guard let staged = try writer.staged(patient) else { return try writer.unlink(patient) }
        guard let resource = try? Resource(parsing: staged.bytes) else {
            return try writer.index(
                patient, of: terms.clinic.name, for: terms.payer.name, facts: nil, links: [], basis: patientBasis)
        }
        let facts = PersonFacts(ofPatient: resource, clinics)
        try writer.index(
            patient, of: terms.clinic.name, for: terms.payer.name,
            facts: ClinicalResource(staged, stager: clinics) == nil ? nil : facts,
            links: links.links(ofPatient: facts), basis: patientBasis)
    }

    /// How the numbers are declared, as far as it affects recognition.
    private static func words(_ numbers: MemberNumbers) -> [String] {
        let pairs = (numbers.pairs + [numbers.tableSystems].compactMap(\.self)).map { $0.clinic + "\u{1f}" + $0.payer }
        return ["\(form)", "\(PersonFacts.form)", "\(numbers.pairs.count)"] + pairs
            + [numbers.memberSystem.map { "system " + $0 } ?? "no system"] + numbers.subscriberSystems.sorted()
    }
}
