import DeclarativeFiles
import FHIR

/// Reads one mapping file, strictly: what is unknown or misplaced is reported with its line and column.
struct MappingFile {
    private let file: DeclarativeFile
    private let conceptMaps: ConceptMaps
    private var elements: R4Elements?
    private var expressions: ExpressionReader

    init(_ file: DeclarativeFile, conceptMaps: ConceptMaps) {
        self.file = file
        self.conceptMaps = conceptMaps
        expressions = ExpressionReader(file)
    }

    /// The mapping, or nil when the file is too wrong to be one; the reasons are in the report.
    mutating func read(_ report: inout FileReport) -> ResourceMapping? {
        let fields = file.root.fields(
            Self.keys, required: ["mapping", "from", "to", "about", "keep"], in: "a mapping", &report)
        checkOrder(of: fields, &report)
        let name = fields["mapping"]?.string(&report)
        guard let from = fields["from"], let type = from.string(&report) else { return nil }
        elements = R4Elements.of(type)
        if elements == nil {
            report.report(
                "no mapping can be written for '\(type)' yet", at: from,
                suggestion: Suggestion.closest(to: type, among: R4Elements.types))
        }
        let profile = fields["to"].flatMap { readProfile($0, &report) }
        let about = fields["about"]?.string(&report)
        let when = fields["when"].flatMap { node in
            expressions.read(node, &report).map { When(condition: $0, place: place(node)) }
        }
        let keep = fields["keep"].flatMap { readKeep($0, &report) }
        let translations = items(fields["translate"], &report).compactMap { readTranslate($0, &report) }
        let settings = items(fields["set"], &report).compactMap { readSet($0, &report) }
        let requirements = items(fields["require"], &report).compactMap { readRequire($0, &report) }
        guard let name, let profile, let about, let keep else { return nil }
        return ResourceMapping(
            name: name, path: file.path, sourceType: type, profile: profile, about: about, when: when, keep: keep,
            translations: translations, settings: settings, requirements: requirements,
            readsSource: expressions.readsSource)
    }

    private static let keys = ["mapping", "from", "to", "about", "when", "keep", "translate", "set", "require"]

    /// A file reads in the order in which its verbs work.
    private func checkOrder(of fields: [String: DeclarativeNode], _ report: inout FileReport) {
        let found = Self.keys.compactMap { key in fields[key].map { (key, $0) } }
        for (one, two) in zip(found, found.dropFirst()) where two.1.position < one.1.position {
            report.report("'\(two.0)' works after '\(one.0)' and is written after it", at: two.1)
        }
    }

    private func place(_ node: DeclarativeNode) -> FilePlace {
        FilePlace(path: file.path, line: node.position.line)
    }

    private func items(_ node: DeclarativeNode?, _ report: inout FileReport) -> [DeclarativeNode] {
        node?.list(&report) ?? []
    }

    private func readProfile(_ node: DeclarativeNode, _ report: inout FileReport) -> String? {
        guard let text = node.string(&report) else { return nil }
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 2, text.hasPrefix("http"), !parts[1].isEmpty else {
            report.report("'to' must be a profile with its version, such as http://example.org/x|1.0.0", at: node)
            return nil
        }
        return text
    }

    // MARK: The verbs

    private func readKeep(_ node: DeclarativeNode, _ report: inout FileReport) -> Keep? {
        var reader = KeepReader(elements: elements)
        for item in node.list(&report) ?? [] {
            guard let text = item.string(&report) else { continue }
            if let problem = reader.add(text) {
                report.report(problem.message, at: item, suggestion: problem.suggestion)
            }
        }
        return Keep(reader.parts, place: place(node))
    }

    private func readTranslate(_ node: DeclarativeNode, _ report: inout FileReport) -> Translate? {
        let fields = node.fields(["path", "with"], required: ["path", "with"], in: "a translation", &report)
        let path = fields["path"].flatMap { readPath($0, &report) }
        guard let with = fields["with"], let name = with.string(&report) else { return nil }
        guard let map = conceptMaps.map(named: name, at: with, &report), let path else { return nil }
        return Translate(path: path, map: map, place: place(node))
    }

    private mutating func readSet(_ node: DeclarativeNode, _ report: inout FileReport) -> SetElement? {
        let fields = node.fields(["path", "if", "value", "expr"], required: ["path"], in: "a setting", &report)
        let path = fields["path"].flatMap { readPath($0, &report) }
        let condition = fields["if"].flatMap { expressions.read($0, &report) }
        let isRepeating = path.flatMap { elements?.element(at: $0.text)?.isRepeating } ?? false
        switch (fields["value"], fields["expr"]) {
        case (let value?, nil):
            let json = JSONValue(value.value(&report))
            if let path { checkShape(of: json, for: path, isRepeating, at: value, &report) }
            guard let path else { return nil }
            return SetElement(path: path, condition: condition, origin: .literal(json), place: place(node))
        case (nil, let expr?):
            guard let expression = expressions.read(expr, &report), let path else { return nil }
            let origin = SetElement.Origin.expression(expression, isRepeating: isRepeating)
            return SetElement(path: path, condition: condition, origin: origin, place: place(node))
        default:
            report.report("a setting needs either 'value' or 'expr'", at: node)
            return nil
        }
    }

    private mutating func readRequire(_ node: DeclarativeNode, _ report: inout FileReport) -> Require? {
        let fields = node.fields(["that", "else"], required: ["that", "else"], in: "a requirement", &report)
        let condition = fields["that"].flatMap { expressions.read($0, &report) }
        guard let otherwise = fields["else"]?.string(&report), let condition else { return nil }
        return Require(condition: condition, otherwise: otherwise, place: place(node))
    }

    // MARK: Elements

    private func readPath(_ node: DeclarativeNode, _ report: inout FileReport) -> ElementPath? {
        guard let text = node.string(&report) else { return nil }
        guard let path = ElementPath(text) else {
            report.report(
                "a path is element names with full stops between them, such as class or name.family", at: node)
            return nil
        }
        guard let elements else { return path }
        if let problem = elements.problem(with: path) {
            report.report(problem.message, at: node, suggestion: problem.suggestion)
            return nil
        }
        return path
    }

    private func checkShape(
        of value: JSONValue, for path: ElementPath, _ isRepeating: Bool, at node: DeclarativeNode,
        _ report: inout FileReport
    ) {
        if value == .null {
            report.report("a value cannot be null; FHIR leaves an element out instead", at: node)
        } else if isRepeating != (value.array != nil), elements?.element(at: path.text) != nil {
            report.report(
                "'\(path.text)' \(isRepeating ? "repeats: its value is a list" : "does not repeat")", at: node)
        }
    }
}
