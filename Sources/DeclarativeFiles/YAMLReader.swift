// libyaml as bundled with Yams. Yams' own tree of nodes stops at the first duplicate key, does not say where the second
// one is, and expands aliases before they can be refused; the events beneath it have none of these faults.
import CYaml

/// Builds the tree of a file from libyaml's events, and refuses everything that a declarative file may not have.
struct YAMLReader {
    private let path: String
    private var report = FileReport()
    /// The lists and mappings that are open, outermost first.
    private var open: [OpenCollection] = []
    private var root: DeclarativeNode?
    private var documents = 0

    init(path: String) {
        self.path = path
    }

    /// The value at the top of `text`.
    mutating func read(_ text: String) throws(FileDiagnostics) -> DeclarativeNode {
        // libyaml overlooks a byte order mark only before a value, not before `%YAML` or `---`.
        var text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        text.withUTF8 { bytes in
            var parser = yaml_parser_t()
            guard yaml_parser_initialize(&parser) == 1 else {
                return report.report("no memory is left to read the file", path: path, position: nil)
            }
            defer { yaml_parser_delete(&parser) }
            yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
            while takeEvent(from: &parser, of: bytes) {}
        }
        if report.isEmpty, root == nil {
            report.report("the file is empty", path: path, position: nil)
        }
        try report.throwIfAny()
        guard let root else { throw FileDiagnostics(report.diagnostics) }
        return root
    }

    /// Takes one event; false at the end of the file, or when there is no point in reading on.
    private mutating func takeEvent(
        from parser: inout yaml_parser_t, of bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else {
            reportSyntax(parser, bytes)
            return false
        }
        defer { yaml_event_delete(&event) }
        let position = Position(event.start_mark)
        switch event.type {
        case YAML_STREAM_END_EVENT:
            return false
        case YAML_DOCUMENT_START_EVENT:
            documents += 1
            if documents > 1 { return refuse("a second document starts here; a file has one", position) }
        case YAML_ALIAS_EVENT:
            return refuse("aliases (*name) are not supported; write the value out", position)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            refuseProperties(anchor: scalar.anchor, tag: scalar.tag, position)
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let quotes = scalar.style == YAML_PLAIN_SCALAR_STYLE ? 0 : 1
            let isAsWritten = event.end_mark.index - event.start_mark.index == text.unicodeScalars.count + 2 * quotes
            let textStart = Position(line: position.line, column: position.column + quotes)
            take(.scalar(text, isPlain: quotes == 0), position, textStart: isAsWritten ? textStart : nil)
        case YAML_SEQUENCE_START_EVENT:
            refuseProperties(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, position)
            return openCollection(.list([]), position)
        case YAML_MAPPING_START_EVENT:
            refuseProperties(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, position)
            return openCollection(.mapping([]), position)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            if let closed = open.popLast() { take(closed.content, closed.position) }
        default:
            break
        }
        return true
    }

    private mutating func openCollection(_ content: DeclarativeNode.Content, _ position: Position) -> Bool {
        if let parent = open.last, parent.awaitsKey {
            return refuse("a key must be a word, not a list or fields", position)
        }
        if open.count == DeclarativeFile.maximumDepth {
            return refuse("nested deeper than \(DeclarativeFile.maximumDepth) levels", position)
        }
        open.append(OpenCollection(content: content, position: position, key: keyOfNextValue))
        return true
    }

    /// Puts a finished value where it belongs: as a key, a field, an element, or the top of the file.
    private mutating func take(
        _ content: DeclarativeNode.Content, _ position: Position, textStart: Position? = nil
    ) {
        let node = DeclarativeNode(
            path: path, position: position, key: keyOfNextValue, content: content, textStart: textStart)
        guard let parent = open.indices.last else {
            root = node
            return
        }
        if open[parent].awaitsKey, case .scalar(let text, let isPlain) = content {
            if isPlain, text.isEmpty { _ = refuse("a key is missing before ':'", position) }
            if isPlain, text == "<<" { _ = refuse("merge keys (<<) are not supported; write the fields out", position) }
            open[parent].pendingKey = (text, position)
            return
        }
        open[parent].take(node)
    }

    /// The key that the next value belongs to; elements of a list have the key of the list.
    private var keyOfNextValue: String? {
        open.last.flatMap { $0.pendingKey?.text ?? $0.key }
    }

    private mutating func refuseProperties(
        anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?, _ position: Position
    ) {
        if anchor != nil { _ = refuse("anchors (&name) are not supported; write the value out", position) }
        if tag != nil { _ = refuse("tags (!name) are not supported; quote the value if it is text", position) }
    }

    private mutating func refuse(_ message: String, _ position: Position) -> Bool {
        report.report(message, path: path, position: position)
        return false
    }

    private mutating func reportSyntax(_ parser: yaml_parser_t, _ bytes: UnsafeBufferPointer<UInt8>) {
        if parser.error == YAML_READER_ERROR {
            // The reader knows only a byte, not a line.
            let position = Position(following: bytes.prefix(Int(parser.problem_offset)))
            return report.report("control characters are not allowed", path: path, position: position)
        }
        let problem = parser.problem.map { String(cString: $0) } ?? "it cannot be read"
        let context = parser.context.map { " " + String(cString: $0) } ?? ""
        report.report("not valid YAML: \(problem)\(context)", path: path, position: Position(parser.problem_mark))
    }
}

/// A list or mapping whose end has not been read yet.
private struct OpenCollection {
    var content: DeclarativeNode.Content
    let position: Position
    let key: String?
    var pendingKey: (text: String, position: Position)?

    var awaitsKey: Bool {
        if case .mapping = content { pendingKey == nil } else { false }
    }

    mutating func take(_ value: DeclarativeNode) {
        switch content {
        case .list(var elements):
            content = .list([])  // The only reference, so that appending does not copy.
            elements.append(value)
            content = .list(elements)
        case .mapping(var fields):
            guard let (text, position) = pendingKey else { return }
            content = .mapping([])
            fields.append(.init(key: text, keyPosition: position, value: value))
            content = .mapping(fields)
            pendingKey = nil
        case .scalar:
            return
        }
    }
}

extension Position {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }

    /// The place right after `bytes`.
    fileprivate init(following bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        let newline = UInt8(ascii: "\n")
        let lastLine = String(decoding: bytes.reversed().prefix { $0 != newline }.reversed(), as: UTF8.self)
        self.init(line: bytes.count { $0 == newline } + 1, column: lastLine.unicodeScalars.count + 1)
    }
}
