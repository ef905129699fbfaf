/// One word or sign of an expression.
struct Token: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// A name; `quoted` when it was in backquotes and so cannot be a keyword.
        case name(String, quoted: Bool)
        case string(String)
        case number(String)
        /// A date or time without its `@`.
        case moment(PathMoment)
        /// `%name`
        case variable(String)
        /// `$this` or `$index`, without the dollar sign.
        case special(String)
        case sign(String)
        case end
    }

    let kind: Kind
    /// The place in the expression, in characters from 1.
    let column: Int
}
