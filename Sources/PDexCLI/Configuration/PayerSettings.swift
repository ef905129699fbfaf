import PDex
import Pipeline

/// A payer of `pdex.yaml`.
struct PayerSettings: Sendable, Hashable {
    /// The payer's FHIR server.
    var server: ServerSettings
    /// Where Coverage comes from.
    let coverage: ExchangeTerms.RecordSource
    /// Where Consent comes from.
    let consent: ExchangeTerms.RecordSource
    /// How the payer's numbers stand to the clinics', without the cross-reference.
    var numbers = MemberNumbers()
    /// The file that tells whose record number belongs to which member number; nil for none.
    var crossReference: CrossReferenceSettings?
    /// The only types that the payer may have; nil leaves it to the jobs.
    var types: [String]?
    /// What becomes of a resource that does not conform to its profile.
    var conformance = ConformancePolicy()

    /// What silence means for it.
    var consentPolicy = ConsentPolicy.optIn

    /// ``numbers`` with the cross-reference. Throws `config.missing` and `roster.invalid`.
    func knownNumbers() throws -> MemberNumbers {
        guard let crossReference else { return numbers }
        var known = numbers
        known.tableSystems = crossReference.systems
        known.table = try CrossReferenceFile(
            path: crossReference.path, clinicColumn: crossReference.clinicColumn,
            payerColumn: crossReference.payerColumn
        ).load()
        return known
    }

    /// Whether coverage or consent comes by an export at the payer.
    var exports: Bool { [coverage, consent].contains { if case .export = $0 { true } else { false } } }
}
