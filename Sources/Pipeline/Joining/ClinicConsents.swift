import FHIR
import PDex

/// The Consents that the clinic itself keeps: they can only object (CO-01).
struct ClinicConsents {
    let terms: ExchangeTerms
    let charts: MergedCharts

    init(terms: ExchangeTerms, identities: Identities) {
        self.terms = terms
        charts = MergedCharts(links: MemberLinks(terms: terms, identities: identities))
    }

    /// Why nothing is disclosed when ``recorded(of:via:_:)`` is nil.
    static let tooMany = "more charts are merged than one person has: not all that was said can be known"

    /// The consents of a patient, of the patient recognised in their place, and of all charts merged with either: one
    /// person gave all of them. Nil when too many charts are merged to tell whose consents they are.
    func recorded(
        of patient: ResourceKey, via: ResourceKey?, _ reader: any StoreReader
    ) throws -> [ConsentDecision.Recorded]? {
        let people = try charts.all(of: patient, via: via, reader)
        guard people.count <= MergedCharts.mostCharts else { return nil }
        return try people.sorted().flatMap { person in
            try reader.care(of: person).filter { $0.type == "Consent" }.compactMap { try reader.staged($0.key) }
                .filter { $0.source == terms.clinic.name }
        }.map { staged in
            ConsentDecision.Recorded(
                resource: staged, consent: (try? Resource(parsing: staged.bytes)).map(Consent.init))
        }
    }
}
