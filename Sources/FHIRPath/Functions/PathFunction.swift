/// The functions of the language, by family.
enum PathFunction: String, Sendable, Hashable, CaseIterable {
    // Existence
    case empty, exists, all, not, hasValue, count, distinct, isDistinct
    case allTrue, anyTrue, allFalse, anyFalse, subsetOf, supersetOf
    // Filtering and projection
    case `where`, select, ofType, `is`, `as`, iif, `repeat`, aggregate, sort
    // Subsetting
    case first, last, tail, skip, take, single, intersect, exclude
    // Combining
    case union, combine, coalesce
    // Texts
    case startsWith, endsWith, contains, upper, lower, length, substring, indexOf, lastIndexOf, replace
    case matches, matchesFull, replaceMatches, toChars, trim, split, join
    case encode, decode, escape, unescape
    // Numbers
    case abs, ceiling, exp, floor, ln, log, power, round, sqrt, truncate
    // Conversion
    case toString, toInteger, toBoolean, toDecimal, toQuantity, toDate, toDateTime, toTime
    case convertsToString, convertsToInteger, convertsToBoolean, convertsToDecimal, convertsToQuantity
    case convertsToDate, convertsToDateTime, convertsToTime
    // Precision
    case lowBoundary, highBoundary, precision, comparable
    // The clock
    case now, today, timeOfDay
    // The tree
    case children, descendants, `extension`, resolve, trace, type, getValue
    // What FHIR adds for checking resources
    case conformsTo, memberOf, htmlChecks

    /// How many arguments the function takes.
    var arguments: ClosedRange<Int> {
        switch self {
        case .exists, .round, .join, .lowBoundary, .highBoundary, .toQuantity, .convertsToQuantity: 0...1
        case .all, .where, .select, .ofType, .is, .as, .skip, .take, .union, .combine, .startsWith, .endsWith,
            .contains, .indexOf, .lastIndexOf, .extension, .subsetOf, .supersetOf, .repeat, .intersect, .exclude,
            .matches, .matchesFull, .split, .encode, .decode, .escape, .unescape, .log, .power, .comparable,
            .conformsTo, .memberOf:
            1...1
        case .substring, .trace, .aggregate: 1...2
        case .replace, .replaceMatches: 2...2
        case .iif: 2...3
        case .coalesce: 1...16
        case .sort: 0...8
        default: 0...0
        }
    }

    /// Whether the argument is the name of a type.
    var takesType: Bool {
        self == .ofType || self == .is || self == .as
    }

    /// Whether the first argument is a regular expression.
    var takesPattern: Bool {
        self == .matches || self == .matchesFull || self == .replaceMatches
    }

    /// Whether the result depends on the types of elements.
    var asksForTypes: Bool {
        switch self {
        case .ofType, .is, .as, .type, .conformsTo, .lowBoundary, .highBoundary, .precision: true
        default: false
        }
    }

    /// Whether the function yields a truth value.
    var isLogical: Bool {
        switch self {
        case .empty, .exists, .all, .not, .hasValue, .isDistinct, .startsWith, .endsWith, .contains, .allTrue, .anyTrue,
            .allFalse, .anyFalse, .subsetOf, .supersetOf, .matches, .matchesFull, .comparable, .conformsTo, .memberOf,
            .htmlChecks:
            true
        default: false
        }
    }

    /// The conversion behind a `convertsTo…()`.
    var conversion: PathFunction? {
        switch self {
        case .convertsToString: .toString
        case .convertsToInteger: .toInteger
        case .convertsToBoolean: .toBoolean
        case .convertsToDecimal: .toDecimal
        case .convertsToQuantity: .toQuantity
        case .convertsToDate: .toDate
        case .convertsToDateTime: .toDateTime
        case .convertsToTime: .toTime
        default: nil
        }
    }
}
