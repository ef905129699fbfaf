/// One value in a declarative file, with its position.
///
/// A node is read by saying what it should be: ``fields(_:required:in:_:)``, ``string(_:)``, ``duration(_:)`` and so
/// on. Anything else is reported with its position, and reading continues, so that all errors of a file are reported at
/// once.
public struct DeclarativeNode: Sendable, Hashable {
    /// The file that it is in.
    public let path: String
    /// Where it starts.
    public let position: Position
    /// The key whose value it is, directly or as an element of a list; nil at the top of a file.
    public let key: String?
    /// What is written there.
    let content: Content
    /// Where the first letter of its text is, when the whole text is on one line exactly as it reads; see
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

    /// The position of letter number `offset` (from 0) of this text, for errors inside an expression.
    ///
    /// Exact for text on one line without escapes, quoted or not; otherwise the start of the text.
    public func position(ofCharacter offset: Int) -> Position {
        textStart.map { Position(line: $0.line, column: $0.column + offset) } ?? position
    }

    /// Its name in messages: `'cron'`, or the file when it is at the top.
    var name: String { key.map { "'\($0)'" } ?? "the file" }

    /// The kind of its content, in a word for messages.
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
