public import FHIR

/// What an expression may see besides the resource, and how much it may do.
public struct PathEnvironment: Sendable {
    /// The values of variables by name without `%`, such as `clinic`.
    public var variables: [String: JSONValue]
    /// Finds the resource behind a reference text; nil when `resolve()` must find contained resources only.
    public var resolve: (@Sendable (String) -> Resource?)?
    /// How many nodes and elements one evaluation may visit.
    public var stepLimit = 100_000

    /// Describes an environment; by default there is nothing besides the resource.
    public init(variables: [String: JSONValue] = [:], resolve: (@Sendable (String) -> Resource?)? = nil) {
        self.variables = variables
        self.resolve = resolve
    }
}
