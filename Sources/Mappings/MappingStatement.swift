import FHIR
import FHIRPath

/// One statement of a mapping, in a form that can be compared.
struct MappingStatement {
    let verb: String
    let text: String
    let place: FilePlace
}

extension ResourceMapping {
    /// The name of the mapping's file, without `.yaml`.
    var fileName: String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return name.hasSuffix(".yaml") ? String(name.dropLast(".yaml".count)) : name
    }

    /// All statements of the mapping, including what it extends, in the order in which they work.
    var statements: [MappingStatement] {
        let start = FilePlace(path: path, line: 1)
        return [MappingStatement(verb: "to", text: profile, place: start)]
            + whens.map { MappingStatement(verb: "when", text: $0.condition.text, place: $0.place) }
            + keep.items.map { MappingStatement(verb: "keep", text: $0.text, place: $0.place) }
            + translations.map { MappingStatement(verb: "translate", text: $0.text, place: $0.place) }
            + settings.map { MappingStatement(verb: "set", text: $0.text, place: $0.place) }
            + requirements.map {
                MappingStatement(verb: "require", text: "\($0.condition.text), else: \($0.otherwise)", place: $0.place)
            }
    }
}

extension Translate {
    fileprivate var text: String { "\(path.text) with \(map.name), unmapped: \(unmapped.rawValue)" }
}

extension SetElement {
    fileprivate var text: String {
        let what =
            switch origin {
            case .literal(let value): "= " + value.serialized(pretty: false)
            case .item(let value): "+ " + value.serialized(pretty: false)
            case .expression(let expression, _): "= " + expression.text
            }
        return [path.text, what, condition.map { "if " + $0.text }].compactMap(\.self).joined(separator: " ")
    }
}
