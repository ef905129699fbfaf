import PDex

/// The file that maps a clinic's record numbers to a payer's member numbers.
struct CrossReferenceSettings: Sendable, Hashable {
    /// The CSV file.
    let path: String
    /// The column of the clinic's numbers.
    let clinicColumn: String
    /// The column of the payer's numbers.
    let payerColumn: String
    /// The identifier systems of both.
    let systems: MemberNumbers.Pair
}
