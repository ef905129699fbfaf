import FHIR
import FHIRPath
import Foundation
import FoundationXML

/// HL7's FHIRPath test file for R4, read with Foundation's XML parser.
final class OfficialSuite: NSObject, XMLParserDelegate {
    struct Case {
        var name = ""
        var input = ""
        var expression = ""
        var isInvalid = false
        var isPredicate = false
        var outputs: [String] = []
    }

    private(set) var cases: [Case] = []
    private var current = Case()
    private var text = ""

    init?(path: String) {
        super.init()
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let parser = XMLParser(data: data)
        parser.delegate = self
        guard parser.parse() else { return nil }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        text = ""
        switch name {
        case "test":
            current = Case()
            current.name = attributes["name"] ?? ""
            current.input = attributes["inputfile"] ?? "patient-example.xml"
            current.isPredicate = attributes["predicate"] == "true"
        case "expression": current.isInvalid = attributes["invalid"] != nil
        default: break
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        text += string
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        switch name {
        case "expression": current.expression = text
        case "output": current.outputs.append(text)
        case "test": cases.append(current)
        default: break
        }
    }
}

extension OfficialSuite.Case {
    /// Whether the expression does what the suite says it should.
    func passes(on resource: Resource) -> Bool {
        do {
            let values = try PathExpression(expression).evaluate(resource)
            if isInvalid { return false }
            if isPredicate { return try PathExpression(expression).isTrue(resource) == (outputs.first != "false") }
            return values.map(\.suiteText) == outputs
        } catch {
            return isInvalid
        }
    }
}

extension PathValue {
    /// The value as the suite writes it.
    fileprivate var suiteText: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .decimal(let value): "\(value)"
        case .string(let text): text
        case .moment(let moment): (moment.kind == .time ? "@T" : "@") + moment.text.drop { $0 == "T" }
        case .quantity(let quantity): "\(quantity.value) '\(quantity.unit)'"
        case .element(let element):
            switch element.json {
            case .string(let text): text
            case .number(let number): number.text
            case .bool(let value): "\(value)"
            default: element.json.serialized(pretty: false)
            }
        }
    }
}
