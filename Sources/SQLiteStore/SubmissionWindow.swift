/// A range of submissions, in the order in which they were kept.
struct SubmissionWindow: Sendable {
    /// The number of the last submission before the range.
    var after: Int64 = 0
    /// The number of the last submission in the range.
    var last: Int64 = 0

    /// All submissions.
    static let everything = SubmissionWindow(after: 0, last: .max)
}
