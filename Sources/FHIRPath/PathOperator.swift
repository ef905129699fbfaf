/// An operator between two values.
enum PathOperator: String, Sendable, Hashable, CaseIterable {
    case implies, or, xor, and
    case membership = "in"
    case contains
    case equal = "="
    case notEqual = "!="
    case equivalent = "~"
    case notEquivalent = "!~"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case union = "|"
    case plus = "+"
    case minus = "-"
    case concatenate = "&"
    case times = "*"
    case dividedBy = "/"
    case quotient = "div"
    case remainder = "mod"

    /// How tightly the operator binds; `is` and `as` have 8.
    var precedence: Int {
        switch self {
        case .implies: 1
        case .or, .xor: 2
        case .and: 3
        case .membership, .contains: 4
        case .equal, .notEqual, .equivalent, .notEquivalent: 5
        case .less, .lessOrEqual, .greater, .greaterOrEqual: 6
        case .union: 7
        case .plus, .minus, .concatenate: 9
        case .times, .dividedBy, .quotient, .remainder: 10
        }
    }

    static let typePrecedence = 8

    /// Whether the operator yields a truth value.
    var isLogical: Bool { precedence < 7 }
}
