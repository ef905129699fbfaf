/// Some submissions that follow each other in the order in which they were kept.
struct SubmissionWindow: Sendable {
    /// They come after this one.
    var after: Int64 = 0
    /// The last of them.
    var last: Int64 = 0

    /// All of them.
    static let everything = SubmissionWindow(after: 0, last: .max)
}
