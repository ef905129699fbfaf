import FHIR
import SampleData

/// A change of a resource such as clinics' records have: something is missing, uncoded, coded otherwise, or measured
/// otherwise.
struct Blemish {
    private var random: SeededNumbers

    init(seed: UInt64) { random = SeededNumbers(seed: seed) }

    /// The resource with one or two blemishes; the elements that say whose it is stay.
    mutating func on(_ resource: Resource) -> JSONObject {
        var json = resource.json
        for _ in 0...Int.random(in: 0...1, using: &random) {
            let keys = json.members.map(\.key).filter { !Self.kept.contains($0) }
            guard let key = keys.randomElement(using: &random), let value = json[key] else { break }
            json[key] = Int.random(in: 0..<5, using: &random) == 0 ? nil : blemished(value)
        }
        return json
    }

    private static let kept: Set<String> = ["resourceType", "id", "subject", "patient", "meta", "text"]

    private mutating func blemished(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .array(let elements):
            guard let index = elements.indices.randomElement(using: &random) else { return value }
            var changed = elements
            if let element = blemished(elements[index]) { changed[index] = element } else { changed.remove(at: index) }
            return changed.isEmpty ? nil : .array(changed)
        case .object(let object): return blemished(object)
        case .string(let text):
            // A date with a day becomes a year; other strings stay.
            let isDay = text.utf8.count >= 10 && text.dropFirst(4).first == "-" && text.prefix(4).allSatisfy(\.isNumber)
            return isDay ? .string(String(text.prefix(4))) : .string(text)
        default: return value
        }
    }

    private mutating func blemished(_ object: JSONObject) -> JSONValue? {
        var object = object
        let isQuantity = object["value"] != nil && object["unit"] != nil
        switch Int.random(in: 0..<5, using: &random) {
        case 0 where object["coding"] != nil:
            object["coding"] = nil
            object["text"] = "in words"
        case 1 where object["coding"] != nil:
            object["coding"] = [["system": "http://example.org/own", "code": "x"]]
        case 2 where isQuantity:
            object["unit"] = "stone"
            object["code"] = "[stone_av]"
        case 3 where isQuantity:
            object["system"] = nil
            object["code"] = nil
        default:
            guard let key = object.members.map(\.key).randomElement(using: &random), let value = object[key] else {
                return .object(object)
            }
            let isGone = Bool.random(using: &random)
            object[key] = isGone ? nil : blemished(value)
        }
        return object.members.isEmpty ? nil : .object(object)
    }
}
