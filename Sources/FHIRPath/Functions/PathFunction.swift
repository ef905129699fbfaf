/// The functions of the language, by family.
enum PathFunction: String, Sendable, Hashable, CaseIterable {
    // Existence
    case empty, exists, all, not, hasValue, count, distinct, isDistinct
    // Filtering and projection
    case `where`, select, ofType, `is`, `as`, iif
    // Subsetting
    case first, last, tail, skip, take, single
    // Combining
    case union, combine, coalesce
    // Texts
    case startsWith, endsWith, contains, upper, lower, length, substring, indexOf, replace
    // Conversion
    case toString, toInteger
    // The tree
    case children, descendants, `extension`, resolve, trace

    /// How many arguments the function takes.
    var arguments: ClosedRange<Int> {
        switch self {
        case .empty, .not, .hasValue, .count, .distinct, .isDistinct, .first, .last, .tail, .single, .upper, .lower,
            .length, .toString, .toInteger, .children, .descendants, .resolve:
            0...0
        case .exists: 0...1
        case .all, .where, .select, .ofType, .is, .as, .skip, .take, .union, .combine, .startsWith, .endsWith,
            .contains, .indexOf, .extension:
            1...1
        case .substring, .trace: 1...2
        case .replace: 2...2
        case .iif: 2...3
        case .coalesce: 1...16
        }
    }

    /// Whether the argument is the name of a type.
    var takesType: Bool {
        self == .ofType || self == .is || self == .as
    }

    /// Whether the function yields a truth value.
    var isLogical: Bool {
        switch self {
        case .empty, .exists, .all, .not, .hasValue, .isDistinct, .startsWith, .endsWith, .contains: true
        default: false
        }
    }
}
