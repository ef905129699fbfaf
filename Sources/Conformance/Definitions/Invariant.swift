import FHIRPath

/// A constraint of a definition, its expression parsed once.
struct Invariant: Sendable {
    let key: String
    let isError: Bool
    /// The guide's description.
    let human: String
    /// Nil when the expression uses something that the FHIRPath engine lacks.
    let expression: PathExpression?
}
