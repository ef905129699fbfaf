/// How a clinic runs its exports: the ways in which real servers differ.
public struct ExportHabits: Sendable, Hashable {
    /// Whether export is offered at all.
    public var isOffered = true
    /// How many resources one file holds.
    public var fileSize = 20_000
    /// How many files one page of the manifest names.
    public var filesAPage = 1_000
    /// How many status requests are answered with 202 before the export is complete.
    public var polls = 0
    /// Whether files are handed out without a token, and refused to clients that send one.
    public var filesAreOpen = false

    /// The habits of a clinic that offers export, and requires a token for each file.
    public init() {}
}
