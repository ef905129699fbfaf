import DeclarativeFiles
import FHIR

/// Reads one mapping file strictly: anything unknown or misplaced is reported with its line and column.
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

    /// Finds the mapping that a file extends, or reports that it does not exist.
    typealias ParentFinder = (String, DeclarativeNode, inout FileReport) -> ResourceMapping?

    /// The mapping, or nil when the file has too many errors to be one; the report lists them.
    mutating func read(_ report: inout FileReport, parent find: ParentFinder) -> ResourceMapping? {
        let fields = file.root.fields(Self.keys, required: ["mapping", "about"], in: "a mapping", &report)
        let isChild = fields["extends"] != nil
        for key in ["from", "to", "keep"] where !isChild && fields[key] == nil {
            report.report("a mapping that extends none needs the key '\(key)'", at: file.root)
        }
        checkOrder(of: fields, &report)
        let name = fields["mapping"]?.string(&report)
        let parent = fields["extends"].flatMap { node in node.string(&report).flatMap { find($0, node, &report) } }
        if isChild, parent == nil { return nil }
        let from = fields["from"]
        guard let type = from.flatMap({ $0.string(&report) }) ?? parent?.sourceType else { return nil }
        checkType(type, parent, at: from, &report)
        let profile = fields["to"].flatMap { readProfile($0, &report) } ?? (isChild ? parent?.profile : nil)
        let about = fields["about"]?.string(&report)
        let when = fields["when"].flatMap { node in
            expressions.read(node, &report).map { When(condition: $0, place: place(node)) }
        }
        let keep = fields["keep"].map { readKeep($0, over: parent?.keep, &report) } ?? parent?.keep
        let translations = items(fields["translate"], &report).compactMap { readTranslate($0, &report) }
        let settings = items(fields["set"], &report).compactMap { readSet($0, &report) }
        let requirements = items(fields["require"], &report).compactMap { readRequire($0, &report) }
        guard let name, let profile, let about, let keep else { return nil }
        return ResourceMapping(
            name: name, path: file.path, sourceType: type, profile: profile, about: about,
            whens: (parent?.whens ?? []) + [when].compactMap(\.self), keep: keep,
            translations: (parent?.translations ?? []) + translations, settings: (parent?.settings ?? []) + settings,
            requirements: (parent?.requirements ?? []) + requirements,
            readsSource: expressions.readsSource || parent?.readsSource ?? false,
            readsReferences: expressions.readsReferences || parent?.readsReferences ?? false,
            valueSets: expressions.valueSets.union(parent?.valueSets ?? []))
    }

    /// Every key of a mapping, in the order in which a file has them.
    static let keys = [
        "mapping", "extends", "from", "to", "about", "when", "keep", "translate", "set", "require",
    ]
    /// The keys of one translation.
    static let translateKeys = ["path", "with", "unmapped"]
    /// The keys of one setting.
    static let setKeys = ["path", "if", "value", "expr", "add"]
    /// The keys of one requirement.
    static let requireKeys = ["that", "else"]

    private mutating func checkType(
        _ type: String, _ parent: ResourceMapping?, at node: DeclarativeNode?, _ report: inout FileReport
    ) {
        elements = R4Elements.of(type)
        guard let node else { return }
        if elements == nil {
            report.report(
                "no mapping can be written for '\(type.prefix(64))' yet", at: node,
                suggestion: Suggestion.closest(to: type, among: R4Elements.types))
        } else if let parent, parent.sourceType != type {
            report.report("what this extends is from \(parent.sourceType)", at: node, suggestion: parent.sourceType)
        }
    }

    /// A file lists its verbs in the order in which they work.
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

    /// The items of the list, after those of the extended mapping.
    private func readKeep(_ node: DeclarativeNode, over parent: Keep?, _ report: inout FileReport) -> Keep {
        var reader = KeepReader(elements: elements)
        for item in parent?.items ?? [] { _ = reader.add(item.text, item.place) }
        for item in node.list(&report) ?? [] {
            guard let text = item.string(&report) else { continue }
            if let problem = reader.add(text, place(item)) {
                report.report(problem.message, at: item, suggestion: problem.suggestion)
            }
        }
        return reader.keep(place: place(node))
    }

    private func readTranslate(_ node: DeclarativeNode, _ report: inout FileReport) -> Translate? {
        let fields = node.fields(Self.translateKeys, required: ["path", "with"], in: "a translation", &report)
        let path = fields["path"].flatMap { readPath($0, &report) }
        let unmapped = fields["unmapped"]?.choice(Translate.Unmapped.self, &report) ?? .provided
        guard let with = fields["with"], let name = with.string(&report) else { return nil }
        guard let map = conceptMaps.map(named: name, at: with, &report), let path else { return nil }
        return Translate(path: path, map: map, unmapped: unmapped, place: place(node))
    }

    private mutating func readSet(_ node: DeclarativeNode, _ report: inout FileReport) -> SetElement? {
        let fields = node.fields(Self.setKeys, required: ["path"], in: "a setting", &report)
        let path = fields["path"].flatMap { readPath($0, &report) }
        let condition = fields["if"].flatMap { expressions.read($0, &report) }
        let isRepeating = path.flatMap { elements?.isRepeating($0) }
        let origin: SetElement.Origin
        switch (fields["value"], fields["expr"], fields["add"]) {
        case (let value?, nil, nil):
            let json = JSONValue(value.value(&report))
            if let path { checkShape(of: json, for: path, isRepeating, at: value, &report) }
            origin = .literal(json)
        case (nil, let expr?, nil):
            guard let expression = expressions.read(expr, &report) else { return nil }
            origin = .expression(expression, isRepeating: isRepeating ?? false)
        case (nil, nil, let add?):
            let json = JSONValue(add.value(&report))
            if let path { checkItem(json, for: path, isRepeating, at: add, &report) }
            origin = .item(json)
        default:
            report.report("a setting needs either 'value', 'expr' or 'add'", at: node)
            return nil
        }
        return path.map { SetElement(path: $0, condition: condition, origin: origin, place: place(node)) }
    }

    private mutating func readRequire(_ node: DeclarativeNode, _ report: inout FileReport) -> Require? {
        let fields = node.fields(Self.requireKeys, required: Self.requireKeys, in: "a requirement", &report)
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
        of value: JSONValue, for path: ElementPath, _ isRepeating: Bool?, at node: DeclarativeNode,
        _ report: inout FileReport
    ) {
        if value == .null {
            report.report("a value cannot be null; FHIR leaves an element out instead", at: node)
        } else if let isRepeating, isRepeating != (value.array != nil) {
            report.report(
                "'\(path.text)' \(isRepeating ? "repeats: its value is a list" : "does not repeat")", at: node)
        }
    }

    private func checkItem(
        _ value: JSONValue, for path: ElementPath, _ isRepeating: Bool?, at node: DeclarativeNode,
        _ report: inout FileReport
    ) {
        if value == .null || value.array != nil {
            report.report("'add' takes one item, which is neither null nor a list", at: node)
        } else if isRepeating == false {
            report.report("'\(path.text)' does not repeat: 'value' sets it", at: node)
        }
    }
}
