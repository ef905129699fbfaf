import Foundation
import FoundationXML

/// HL7's FHIRPath test file for R4, read with Foundation's XML parser.
final class OfficialSuite: NSObject, XMLParserDelegate {
    struct Output: Equatable {
        var type: String?
        var text = ""
    }

    struct Case {
        var group = ""
        var name = ""
        var input = ""
        var expression = ""
        var isInvalid = false
        var isPredicate = false
        var outputs: [Output] = []
    }

    private(set) var cases: [Case] = []
    private var current = Case()
    private var output = Output()
    private var group = ""
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
        case "group": group = attributes["name"] ?? ""
        case "test":
            current = Case()
            current.group = group
            current.name = attributes["name"] ?? ""
            current.input = attributes["inputfile"] ?? "patient-example.xml"
            current.isPredicate = attributes["predicate"] == "true"
        case "expression": current.isInvalid = attributes["invalid"] != nil
        case "output": output = Output(type: attributes["type"])
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
        case "output":
            output.text = text
            current.outputs.append(output)
        case "test": cases.append(current)
        default: break
        }
    }
}
