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

    /// Those of a patient, of whom it is recognised by, and of whoever was merged with either: one person said all of it.
    func recorded(
        of patient: ResourceKey, via: ResourceKey?, _ reader: any StoreReader
    ) throws -> [ConsentDecision.Recorded] {
        try charts.all(of: patient, via: via, reader).sorted().flatMap { person in
            try reader.care(of: person).filter { $0.type == "Consent" }.compactMap { try reader.staged($0.key) }
                .filter { $0.source == terms.clinic.name }
        }.map { staged in
            ConsentDecision.Recorded(
                resource: staged, consent: (try? Resource(parsing: staged.bytes)).map(Consent.init))
        }
    }
}
