import PDex

/// Where a file tells which of a clinic's record numbers belongs to which of a payer's member numbers.
struct CrossReferenceSettings: Sendable, Hashable {
    /// The CSV file.
    let path: String
    /// The column of the clinic's numbers.
    let clinicColumn: String
    /// The column of the payer's.
    let payerColumn: String
    /// The identifier systems of both.
    let systems: MemberNumbers.Pair
}
