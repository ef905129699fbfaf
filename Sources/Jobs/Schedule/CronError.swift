/// What is wrong with a cron expression, and at which character.
public struct CronError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, and what to write instead.
    public let message: String
    /// The character of the expression, counted from 1.
    public let column: Int

    /// The message with its column.
    public var description: String { "column \(column): \(message)" }
}
