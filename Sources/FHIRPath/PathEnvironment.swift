public import FHIR

/// What an expression may see in addition to the resource, and how much it may do.
public struct PathEnvironment: Sendable {
    /// The values of variables by name without `%`, such as `clinic`.
    public var variables: [String: JSONValue]
    /// Finds the resource behind a reference text; when nil, `resolve()` finds only contained resources.
    ///
    /// It is also called for `#id` when the resource contains nothing with that id.
    public var resolve: (@Sendable (String) -> Resource?)?
    /// Whether a resource or an element conforms to the profile with a canonical URL; nil when the URL is not known.
    ///
    /// Without it, `conformsTo()` knows only R4's own types.
    public var conformsTo: (@Sendable (JSONValue, String) -> Bool?)? {
        get { rare?.conformsTo }
        set { change { $0.conformsTo = newValue } }
    }
    /// Whether a code, Coding or CodeableConcept is in the value set with a canonical URL; nil when that is unknown.
    ///
    /// Without it, `memberOf()` yields nothing.
    public var memberOf: (@Sendable (JSONValue, String) -> Bool?)? {
        get { rare?.memberOf }
        set { change { $0.memberOf = newValue } }
    }
    /// The value of `%rootResource` when the resource itself is contained in another one.
    public var rootResource: Resource? {
        get { rare?.rootResource }
        set { change { $0.rootResource = newValue } }
    }
    /// The time that `now()`, `today()` and `timeOfDay()` return, in UTC; without it they are an error.
    public var now: Instant? {
        get { rare?.now }
        set { change { $0.now = newValue } }
    }
    /// The maximum number of nodes and elements that one evaluation may visit.
    public var stepLimit = 100_000
    /// The maximum number of bytes in one text made by an expression.
    public var textLimit = 1 << 20

    /// Describes an environment; by default there is nothing but the resource.
    public init(variables: [String: JSONValue] = [:], resolve: (@Sendable (String) -> Resource?)? = nil) {
        self.variables = variables
        self.resolve = resolve
    }

    /// What mappings do without, behind a single reference, because each evaluation copies its environment.
    private final class Rare: Sendable {
        let seams: RareSeams

        init(_ seams: RareSeams) {
            self.seams = seams
        }
    }

    private var box: Rare?
    private var rare: RareSeams? { box?.seams }

    private mutating func change(_ body: (inout RareSeams) -> Void) {
        var seams = rare ?? RareSeams()
        body(&seams)
        box = Rare(seams)
    }
}

/// What is supplied only for checking resources.
private struct RareSeams: Sendable {
    var conformsTo: (@Sendable (JSONValue, String) -> Bool?)?
    var memberOf: (@Sendable (JSONValue, String) -> Bool?)?
    var rootResource: Resource?
    var now: Instant?
}
