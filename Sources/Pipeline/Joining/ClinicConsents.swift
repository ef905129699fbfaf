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

    /// Why nothing is disclosed where ``recorded(of:via:_:)`` is nil.
    static let tooMany = "more charts are merged than one person has: not all that was said can be known"

    /// Those of a patient, of whom it is recognised by, and of whoever was merged with either: one person said all of
    /// it. nil where so many charts are merged that nobody can tell who said what.
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
