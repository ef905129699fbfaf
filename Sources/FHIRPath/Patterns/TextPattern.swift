/// A regular expression that is matched in time proportional to the text, so that no input makes it explode.
///
/// It has the part of the common syntax that automata can handle: characters, `.` (any, newlines too), classes,
/// `\d \w \s \b` and their opposites, groups, `|`, `* + ? {n,m}` and their lazy forms, `^` and `$` at the ends of the
/// text. It has no lookaround and no backreferences.
public final class TextPattern: Sendable, Hashable {
    /// One step of the automaton; numbers are indexes into ``steps``.
    enum Step: Sendable {
        case scalar(UInt32)
        case any
        case set(ScalarSet)
        /// Both paths are open, the first is preferred.
        case split(Int, Int)
        case jump(Int)
        /// Where a group begins (even) or ends (odd).
        case save(Int)
        case start, end
        case wordBoundary(Bool)
        case match
    }

    /// The maximum number of steps: repetitions are written out.
    static let maximumSteps = 4_096
    /// The maximum number of groups that are recorded.
    static let maximumGroups = 10

    let text: String
    let steps: [Step]

    /// Reads a pattern; throws with the place in the pattern at the end of the message.
    init(_ text: String, column: Int) throws(PathError) {
        self.text = text
        var reader = PatternReader(text, column: column)
        let tree = try reader.read()
        var writer = PatternWriter(column: column)
        try writer.write(.group(tree, 0))
        try writer.add(.match)
        steps = writer.steps
    }

    /// A pattern from its text; nil when it is not understood or too large.
    public convenience init?(_ text: String) {
        do { try self.init(text, column: 1) } catch { return nil }
    }

    /// Whether the pattern matches all of a text; nil when that takes too many steps.
    public func matchesWhole(_ text: String) -> Bool? {
        var machine = PatternMachine(self, text, costLimit: 1 << 20)
        let isMatch = machine.match(from: 0, isWhole: true, anywhere: false) != nil
        return machine.isExhausted ? nil : isMatch
    }

    /// Whether both are written in the same way.
    public static func == (left: TextPattern, right: TextPattern) -> Bool { left.text == right.text }
    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
