/// A value of a declarative file as plain ordered data, for use as JSON.
public enum DeclarativeValue: Sendable, Hashable {
    /// `null`, `~`, or nothing written.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number exactly as written; always a JSON number.
    case number(String)
    /// Quoted text, block text, or a plain word that is none of the above.
    case string(String)
    /// The elements in order.
    case list([DeclarativeValue])
    /// The fields in order, with distinct keys.
    case object([Field])

    /// One field of an object.
    public struct Field: Sendable, Hashable {
        /// The key.
        public let key: String
        /// The value.
        public let value: DeclarativeValue
    }
}

extension DeclarativeNode {
    /// This node as plain data: numbers stay as written, quoted words stay text.
    ///
    /// Words that YAML readers read differently (`007`, `0x1F`, `True`, `NULL`) are reported instead of guessed; `yes`,
    /// `no`, `on`, `off` and dates are text.
    public func value(_ report: inout FileReport) -> DeclarativeValue {
        switch content {
        case .list(let elements):
            var values: [DeclarativeValue] = []
            for element in elements { values.append(element.value(&report)) }
            return .list(values)
        case .mapping:
            var fields: [DeclarativeValue.Field] = []
            for entry in entries(of: name, &report) ?? [] {
                fields.append(.init(key: entry.key, value: entry.value.value(&report)))
            }
            return .object(fields)
        case .scalar(let text, isPlain: false):
            return .string(text)
        case .scalar(let text, isPlain: true):
            return plainValue(text, &report)
        }
    }

    private func plainValue(_ text: String, _ report: inout FileReport) -> DeclarativeValue {
        if isNull { return .null }
        if text == "true" || text == "false" { return .bool(text == "true") }
        switch NumberSyntax(text) {
        case .json: return .number(text)
        case .ambiguous:
            report.report("'\(text.prefix(20))' could be a number or text; if it is text, write it in quotes", at: self)
        case nil where ["true", "false", "null"].contains(text.lowercased()):
            report.report(
                "'\(text)' could be a value or text; write \(text.lowercased()), or \"\(text)\" in quotes", at: self)
        case nil: break
        }
        return .string(text)
    }
}
