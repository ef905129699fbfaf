import FHIRPath

/// A constraint of a definition, its expression read once.
struct Invariant: Sendable {
    let key: String
    let isError: Bool
    /// What the guide says in words.
    let human: String
    /// Nil when the expression uses what the FHIRPath engine does not have.
    let expression: PathExpression?
}
