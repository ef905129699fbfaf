import FHIR

/// Comparing values; structures are charged for by their size, because a resource may be compared with itself.
extension Evaluator {
    /// Whether both are the same (`=`); nil when that cannot be decided.
    mutating func same(_ one: PathValue, _ two: PathValue) throws(PathError) -> Bool? {
        try charge(one, two, isAnyOrder: false)
        return one.equals(two)
    }

    /// Whether both mean the same (`~`).
    mutating func alike(_ one: PathValue, _ two: PathValue) throws(PathError) -> Bool {
        try charge(one, two, isAnyOrder: true)
        return one.isEquivalent(to: two)
    }

    /// Whether one of `values` is the same.
    mutating func has(_ value: PathValue, in values: [PathValue]) throws(PathError) -> Bool {
        for other in values where try same(value, other) == true { return true }
        return false
    }

    private mutating func charge(_ one: PathValue, _ two: PathValue, isAnyOrder: Bool) throws(PathError) {
        guard case .element(let one) = one, case .element(let two) = two, one.json.isStructure, two.json.isStructure
        else { return }
        var cost = 0
        one.json.addCost(isAnyOrder: isAnyOrder, limit: stepsLeft, to: &cost)
        try spend(cost)
    }
}

extension JSONValue {
    fileprivate var isStructure: Bool {
        switch self {
        case .object, .array: true
        default: false
        }
    }

    /// What comparing this with a similar value may cost: each value is visited once, names are searched for, and lists
    /// in any order are compared item by item.
    fileprivate func addCost(isAnyOrder: Bool, limit: Int, to cost: inout Int) {
        guard cost <= limit else { return }
        switch self {
        case .object(let object):
            cost += 1 + object.count * object.count / 16
            for member in object.members { member.value.addCost(isAnyOrder: isAnyOrder, limit: limit, to: &cost) }
        case .array(let items):
            var inner = 0
            for item in items { item.addCost(isAnyOrder: isAnyOrder, limit: limit, to: &inner) }
            let rounds = isAnyOrder && items.count <= 256 ? items.count : 1
            cost += 1 + min(inner, limit) * rounds
        case .string(let text): cost += 1 + text.utf8.count / 256
        default: cost += 1
        }
    }
}
