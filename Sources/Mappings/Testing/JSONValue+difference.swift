import FHIR

extension JSONValue {
    /// The first difference between two values, in words; the order of members does not count. Nil when they are alike.
    func firstDifference(from expected: JSONValue, at path: String = "") -> String? {
        switch (self, expected) {
        case (.object(let found), .object(let wanted)):
            for member in wanted.members {
                let inner = path.isEmpty ? member.key : path + "." + member.key
                guard let value = found[member.key] else { return "\(inner) is missing" }
                if let difference = value.firstDifference(from: member.value, at: inner) { return difference }
            }
            let extra = found.keys.first { wanted[$0] == nil }
            return extra.map { "\(path.isEmpty ? $0 : path + "." + $0) should not be there" }
        case (.array(let found), .array(let wanted)):
            if found.count != wanted.count { return "\(path) has \(found.count) items, not \(wanted.count)" }
            for (index, pair) in zip(found, wanted).enumerated() {
                if let difference = pair.0.firstDifference(from: pair.1, at: "\(path)[\(index)]") { return difference }
            }
            return nil
        default:
            if self == expected { return nil }
            return "\(path) is \(serialized(pretty: false)), not \(expected.serialized(pretty: false))"
        }
    }
}
