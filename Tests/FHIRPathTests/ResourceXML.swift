import FHIR
import Foundation
import FoundationXML

@testable import FHIRPath

/// Makes FHIR JSON from the XML form of a resource, as far as the suite's inputs need it.
///
/// R4's definitions say whether a value is a number or a boolean. A narrative is left out. An element that may repeat
/// becomes an array only where it does repeat: expressions see no difference.
final class ResourceXML: NSObject, XMLParserDelegate {
    private struct Open {
        let name: String
        let type: R4Type
        var value: String?
        var attributes: [JSONObject.Member] = []
        var children: [(String, JSONValue?, JSONValue?)] = []
    }

    private var stack: [Open] = []
    private var narrative = 0
    private var result: JSONValue?

    /// The resource in a file; nil when there is none.
    static func resource(at path: String) -> Resource? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let reader = ResourceXML()
        let parser = XMLParser(data: data)
        parser.delegate = reader
        guard parser.parse(), let json = reader.result else { return nil }
        return try? Resource(json)
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if name == "div" || narrative > 0 {
            narrative += 1
            return
        }
        var open = Open(name: name, type: type(of: name), value: attributes["value"])
        for key in ["id", "url"] {
            if let value = attributes[key] { open.attributes.append(.init(key: key, value: .string(value))) }
        }
        stack.append(open)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if narrative > 0 {
            narrative -= 1
            return
        }
        let open = stack.removeLast()
        var members = open.attributes
        for key in open.children.map(\.0) where !members.contains(where: { $0.key == key || $0.key == "_" + key }) {
            let same = open.children.filter { $0.0 == key }
            let isMany = same.count > 1
            if same.contains(where: { $0.1 != nil }) {
                members.append(.init(key: key, value: isMany ? .array(same.map { $0.1 ?? .null }) : same[0].1 ?? .null))
            }
            if same.contains(where: { $0.2 != nil }) {
                members.append(
                    .init(key: "_" + key, value: isMany ? .array(same.map { $0.2 ?? .null }) : same[0].2 ?? .null))
            }
        }
        if name.first?.isUppercase ?? false { members.insert(.init(key: "resourceType", value: .string(name)), at: 0) }
        let structure = members.isEmpty ? nil : JSONValue.object(JSONObject(members: members))
        guard !stack.isEmpty else {
            result = structure
            return
        }
        if name.first?.isUppercase ?? false {
            stack[stack.count - 1].children.append(("", structure, nil))
        } else if let value = open.value {
            stack[stack.count - 1].children.append((name, Self.primitive(open.type, value), structure))
        } else if let only = open.children.first, only.0.isEmpty {
            stack[stack.count - 1].children.append((name, only.1, nil))
        } else {
            stack[stack.count - 1].children.append((name, structure, nil))
        }
    }

    /// The type by the element's parent, or by the end of a choice element's name.
    private func type(of name: String) -> R4Type {
        if name.first?.isUppercase ?? false { return R4Types.named(name) ?? .unknown }
        let holder = stack.last?.type ?? .unknown
        if let known = R4Types.types(ofElement: name)[holder] { return known }
        for index in name.indices where name[index].isUppercase {
            if let type = FHIRTypes.choiceType(suffix: name[index...]) { return type }
        }
        return .unknown
    }

    private static func primitive(_ type: R4Type, _ value: String) -> JSONValue {
        switch type.name {
        case "boolean": .bool(value == "true")
        case "decimal", "integer", "positiveInt", "unsignedInt":
            JSONNumber(value).map(JSONValue.number) ?? .string(value)
        default: .string(value)
        }
    }
}
