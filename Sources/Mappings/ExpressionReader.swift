import DeclarativeFiles
import FHIRPath

/// Compiles the expressions of a file and reports their errors at the right column.
struct ExpressionReader {
    /// The variables that mapping files may use in addition to FHIRPath's own.
    static let variables = ["clinic", "payer", "source"]

    /// Whether any expression so far reads `%source`.
    private(set) var readsSource = false
    /// Whether any expression so far follows references.
    private(set) var readsReferences = false
    /// The value sets that expressions so far refer to.
    private(set) var valueSets: Set<String> = []
    private let lines: [Substring]

    init(_ file: DeclarativeFile) {
        lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    mutating func read(_ node: DeclarativeNode, _ report: inout FileReport) -> PathExpression? {
        guard let text = text(of: node, &report) else { return nil }
        do {
            let expression = try PathExpression(text, variables: Self.variables)
            if expression.variables.contains("source") { readsSource = true }
            if expression.resolves { readsReferences = true }
            for url in expression.valueSets { take(url, node, &report) }
            return expression
        } catch {
            report.report(
                error.message, path: node.path, position: position(of: error, in: node),
                suggestion: error.unknownWord.flatMap { Suggestion.closest(to: $0, among: error.knownWords) })
            return nil
        }
    }

    /// The codes of a value set are looked up before the first resource comes.
    private mutating func take(_ url: String?, _ node: DeclarativeNode, _ report: inout FileReport) {
        guard let url, !url.isEmpty else {
            report.report("memberOf() takes the URL of a value set, written out as a text", at: node)
            return
        }
        valueSets.insert(url)
    }

    /// Expressions such as `true` and `1` look like YAML values: they are taken as written.
    private func text(of node: DeclarativeNode, _ report: inout FileReport) -> String? {
        switch node.value(&report) {
        case .string(let text): return text
        case .bool(let value): return value ? "true" : "false"
        default:
            report.report("an expression is expected here", at: node)
            return nil
        }
    }

    /// Where the error is in the file; for block texts, only their first line.
    private func position(of error: PathError, in node: DeclarativeNode) -> Position {
        let start = node.position
        guard lines.indices.contains(start.line - 1) else { return start }
        switch lines[start.line - 1].unicodeScalars.dropFirst(start.column - 1).first {
        case "|", ">": return start
        case "\"", "'": return Position(line: start.line, column: start.column + error.column)
        default: return Position(line: start.line, column: start.column + error.column - 1)
        }
    }
}
