/// One value in a declarative file, with the place where it stands.
///
/// A node is read by saying what it should be: ``fields(_:required:in:_:)``, ``string(_:)``, ``duration(_:)`` and
/// so on. Whatever it is not is reported with its place, and the reading goes on, so that all that is wrong with
/// a file is said at once.
public struct DeclarativeNode: Sendable, Hashable {
    /// The file it stands in.
    public let path: String
    /// Where it starts.
    public let position: Position
    /// The key it is the value of, or that its list is the value of; nil at the top of a file.
    public let key: String?
    /// What is written there.
    let content: Content
    /// Where the first letter of its text stands, when the whole text stands on one line as it is; see
    /// ``position(ofCharacter:)``.
    let textStart: Position?

    /// What is written at a node.
    enum Content: Sendable, Hashable {
        case scalar(String, isPlain: Bool)
        case list([DeclarativeNode])
        case mapping([Field])
    }

    /// One `key: value` of a mapping.
    struct Field: Sendable, Hashable {
        let key: String
        let keyPosition: Position
        let value: DeclarativeNode
    }

    /// Whether nothing is written there: `key:`, `~` or `null`.
    public var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// Whether `key: value` pairs are written there.
    public var isMapping: Bool {
        if case .mapping = content { true } else { false }
    }

    /// Whether a list is written there.
    public var isList: Bool {
        if case .list = content { true } else { false }
    }

    /// Where the letter number `offset` (from 0) of this text stands, for errors inside an expression.
    ///
    /// Exact for text that stands on one line without escapes, quoted or not; otherwise where the text starts.
    public func position(ofCharacter offset: Int) -> Position {
        textStart.map { Position(line: $0.line, column: $0.column + offset) } ?? position
    }

    /// How messages call it: `'cron'`, or the file when it stands at the top.
    var name: String { key.map { "'\($0)'" } ?? "the file" }

    /// What is written there, in a word for messages.
    var kind: String {
        switch content {
        case .list: "a list"
        case .mapping: "fields"
        case .scalar where isNull: "nothing"
        case .scalar(let text, isPlain: true) where text == "true" || text == "false": "'\(text)'"
        case .scalar(let text, isPlain: true) where NumberSyntax(text) != nil: "the number \(text.prefix(20))"
        case .scalar: "text"
        }
    }

    /// Reports that something else was expected here.
    func reportExpected(_ expected: String, _ report: inout FileReport) {
        report.report("\(name) must be \(expected), found \(kind)", at: self)
    }
}
