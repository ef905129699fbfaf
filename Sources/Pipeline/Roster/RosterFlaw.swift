/// Why a line of a roster cannot be used: where and why, but never the content.
public struct RosterFlaw: Sendable, Hashable, CustomStringConvertible {
    /// The line on which the record begins, from 1.
    public let line: Int
    /// Why, in words without content.
    public let reason: String

    /// `line 7: the birth date is no date such as 1979-04-02`
    public var description: String { "line \(line): \(reason)" }
}
