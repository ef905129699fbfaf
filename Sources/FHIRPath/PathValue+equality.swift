import FHIR

extension PathValue {
    /// Whether both are the same (`=`); nil when a date's precision leaves it open.
    func equals(_ other: PathValue) -> Bool? {
        if let one = text, let two = other.text {
            if one == two { return true }
            if case .element = self, case .element = other { return Self.momentsEqual(one, two) }
            return false
        }
        if case .element(let one) = self, case .element(let two) = other, Self.areStructures(one, two) {
            if one.json.isSame(as: two.json) { return true }
            guard let one = PathQuantity(one), let two = PathQuantity(two) else { return false }
            return one.order(two).map { $0 == .equal }
        }
        guard let one = scalar, let two = other.scalar else { return false }
        switch (one.likeMoment(for: two), two.likeMoment(for: one)) {
        case (.moment(let one), .moment(let two)):
            if (one.kind == .time) != (two.kind == .time) { return false }
            return one.compare(two).map { $0 == .equal }
        case (.quantity(let one), .quantity(let two)):
            return one.order(two).map { $0 == .equal }
        case (let one, let two):
            if let one = one.decimal, let two = two.decimal { return one == two }
            return one == two
        }
    }

    /// Whether both mean the same (`~`): case, blanks and order do not count.
    func isEquivalent(to other: PathValue) -> Bool {
        if let one = text, let two = other.text { return one.folded == two.folded }
        if case .element(let one) = self, case .element(let two) = other, Self.areStructures(one, two) {
            if let one = PathQuantity(one), let two = PathQuantity(two) { return one.isEquivalent(to: two) }
            return one.json.isAlike(two.json)
        }
        switch (scalar, other.scalar) {
        case (.quantity(let one)?, .quantity(let two)?): return one.isEquivalent(to: two)
        case (.decimal?, .decimal?), (.decimal?, .integer?), (.integer?, .decimal?):
            guard let one = scalar?.decimal?.trimmed, let two = other.scalar?.decimal?.trimmed else { return false }
            let scale = min(one.scale, two.scale)
            return one.rounded(to: scale, .nearest) == two.rounded(to: scale, .nearest)
        default: return equals(other) ?? false
        }
    }

    /// Whether an order is defined between the two at all.
    func isComparable(with other: PathValue) -> Bool {
        guard let one = scalar, let two = other.scalar else { return false }
        switch (one.likeMoment(for: two), two.likeMoment(for: one)) {
        case (.string, .string), (.moment, .moment), (.quantity, .quantity): return true
        case (let one, let two): return one.decimal != nil && two.decimal != nil
        }
    }

    /// Which of the two is less; nil when that is undecided.
    func compare(_ other: PathValue) -> Ordering? {
        guard let one = scalar, let two = other.scalar else { return nil }
        switch (one.likeMoment(for: two), two.likeMoment(for: one)) {
        case (.moment(let one), .moment(let two)):
            return one.compare(two)
        case (.string(let one), .string(let two)):
            // Elements do not give their types: two texts that are dates are compared as dates.
            if case .element = self, case .element = other, let one = PathMoment(one), let two = PathMoment(two) {
                return one.compare(two)
            }
            return Self.order(one, two)
        case (.quantity(let one), .quantity(let two)):
            return one.order(two)
        case (let one, let two):
            guard let one = one.decimal, let two = two.decimal else { return nil }
            return one.order(two)
        }
    }

    /// The number, whole or not.
    var decimal: PathDecimal? {
        switch self {
        case .integer(let value): PathDecimal(value)
        case .decimal(let value): value
        default: nil
        }
    }

    /// A text, read as a moment when the other side is one.
    private func likeMoment(for other: PathValue) -> PathValue {
        guard case .moment = other, case .string(let text) = self, let moment = PathMoment(text) else { return self }
        return .moment(moment)
    }

    private static func momentsEqual(_ one: String, _ two: String) -> Bool? {
        guard let one = PathMoment(one), let two = PathMoment(two) else { return false }
        return one.compare(two).map { $0 == .equal }
    }

    private static func areStructures(_ one: PathElement, _ two: PathElement) -> Bool {
        one.json.object != nil && two.json.object != nil
    }

    private static func order<Value: Comparable>(_ one: Value, _ two: Value) -> Ordering {
        one < two ? .less : (one == two ? .equal : .greater)
    }
}

extension [PathValue] {
    /// Each value once, in the order of its first appearance.
    func distinct() -> [PathValue] {
        var kept: [PathValue] = []
        for value in self where !kept.contains(where: { $0.equals(value) == true }) { kept.append(value) }
        return kept
    }
}

extension JSONValue {
    /// Equality of elements: keys in any order, numbers by value.
    func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.object(let one), .object(let two)):
            one.count == two.count
                && one.members.allSatisfy { member in two[member.key].map(member.value.isSame) ?? false }
        case (.array(let one), .array(let two)):
            one.count == two.count && zip(one, two).allSatisfy { $0.isSame(as: $1) }
        case (.number(let one), .number(let two)):
            one == two || PathDecimal(one.text).map { $0 == PathDecimal(two.text) } ?? false
        default:
            self == other
        }
    }

    /// Equivalence of elements: like equality, but texts regardless of case and lists in any order.
    ///
    /// Lists of more than 256 items must have the same order, so that comparing them stays cheap.
    func isAlike(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.object(let one), .object(let two)):
            return one.count == two.count
                && one.members.allSatisfy { member in two[member.key].map(member.value.isAlike) ?? false }
        case (.array(let one), .array(var two)):
            guard one.count == two.count else { return false }
            if one.count > 256 { return zip(one, two).allSatisfy { $0.isAlike($1) } }
            for item in one {
                guard let match = two.firstIndex(where: item.isAlike) else { return false }
                two.remove(at: match)
            }
            return true
        case (.string(let one), .string(let two)):
            return one.folded == two.folded
        default:
            return isSame(as: other)
        }
    }
}

extension String {
    /// Lower case, with every run of blanks as one space.
    var folded: String {
        lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
