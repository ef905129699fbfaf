import FHIR
import SampleData

/// A mapper's mistake: one leaf of a result changed, dropped or made up, where no line of the mapping wrote.
struct Slip {
    private var numbers: SeededNumbers
    private let spared: Set<String>
    /// What was done, in words.
    private(set) var what = ""

    init(seed: UInt64, sparing spared: Set<String>) {
        numbers = SeededNumbers(seed: seed)
        self.spared = spared
    }

    /// The resource with the mistake; nil when there is no place for it.
    mutating func made(in resource: Resource) -> Resource? {
        let keys = resource.json.members.map(\.key).filter {
            !["resourceType", "id", "meta", "contained", "extension", "modifierExtension"].contains($0) && isFree($0)
        }
        guard let key = keys.randomElement(using: &numbers), let value = resource.json[key] else { return nil }
        var json = resource.json
        guard let slipped = slipped(value, at: key) else { return nil }
        json[key] = slipped
        return try? Resource(.object(json))
    }

    /// Whether nothing at the path, above or below it was written.
    private func isFree(_ path: String) -> Bool {
        !spared.contains { $0 == path || $0.hasPrefix(path + ".") || path.hasPrefix($0 + ".") }
    }

    private mutating func slipped(_ value: JSONValue, at path: String) -> JSONValue? {
        switch value {
        case .object(var object):
            guard let member = object.members.filter({ $0.key != "extension" }).randomElement(using: &numbers) else {
                return nil
            }
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0:
                what = "dropped \(path).\(member.key)"
                object[member.key] = nil
            case 1:
                what = "made up \(path).nobody"
                object["nobody"] = "said so"
            default:
                guard let inner = slipped(member.value, at: path + "." + member.key) else { return nil }
                object[member.key] = inner
            }
            return .object(object)
        case .array(var items):
            guard let index = items.indices.randomElement(using: &numbers) else { return nil }
            guard let inner = slipped(items[index], at: path) else { return nil }
            items[index] = inner
            return .array(items)
        case .number(let number):
            what = "a digit more at \(path)"
            return JSONNumber(number.text.contains(".") ? number.text + "0" : number.text + ".0").map(JSONValue.number)
        case .string(let text):
            what = "changed \(path)"
            return .string(text + " ")
        case .bool(let flag):
            what = "turned \(path)"
            return .bool(!flag)
        case .null:
            return nil
        }
    }
}
