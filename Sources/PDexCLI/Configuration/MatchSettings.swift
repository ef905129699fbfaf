import PDex
import Pipeline

/// `match` of a payer in `pdex.yaml`: how people are recognised as its members.
struct MatchSettings: Sendable, Hashable {
    /// How the payer's numbers relate to the clinics', without the cross-reference.
    var numbers = MemberNumbers()
    /// The file that maps record numbers to member numbers; nil for none.
    var crossReference: CrossReferenceSettings?
    /// How the payer is asked who a person is.
    var inquiry = ExchangeTerms.Inquiry()

    /// Whether it is declared whose numbers a clinic's record numbers belong to.
    var knowsRecordNumbers: Bool { !numbers.pairs.isEmpty || crossReference != nil }

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
}
