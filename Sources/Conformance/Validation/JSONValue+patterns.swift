import FHIR

extension JSONValue {
    /// Whether both say the same, whatever the order of an object's members (fixed values).
    func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.object(let own), .object(let wanted)):
            own.count == wanted.count
                && wanted.members.allSatisfy { member in own[member.key]?.isSame(as: member.value) ?? false }
        case (.array(let own), .array(let wanted)):
            own.count == wanted.count && zip(own, wanted).allSatisfy { $0.isSame(as: $1) }
        case (.number(let own), .number(let wanted)): own.decimal == wanted.decimal
        default: self == other
        }
    }

    /// Whether everything in the pattern is also here (FHIR R4 ElementDefinition.pattern[x]).
    func contains(pattern: JSONValue) -> Bool {
        switch (self, pattern) {
        case (.object(let own), .object(let wanted)):
            wanted.members.allSatisfy { member in own[member.key]?.contains(pattern: member.value) ?? false }
        case (_, .array(let wanted)):
            wanted.allSatisfy { item in elements.contains { $0.contains(pattern: item) } }
        case (.array(let own), _): own.contains { $0.contains(pattern: pattern) }
        default: isSame(as: pattern)
        }
    }

    /// Whether this is less than the other: numbers, quantities with the same unit, dates of the same precision; nil
    /// for values that cannot be compared (FHIR R4 ElementDefinition.minValue[x]).
    func isLess(than other: JSONValue) -> Bool? {
        switch (self, other) {
        case (.number(let own), .number(let other)):
            guard let own = own.decimal, let other = other.decimal else { return nil }
            return own < other
        case (.object, .object):
            guard self["code"] == other["code"], self["code"] != nil || self["unit"] == other["unit"],
                let own = self["value"],
                let other = other["value"]
            else { return nil }
            return own.isLess(than: other)
        case (.string(let own), .string(let other)):
            // Without a time of day there is no zone to consider.
            guard own.utf8.count == other.utf8.count, own.utf8.count <= 10 else { return nil }
            return own < other
        default: return nil
        }
    }
}
