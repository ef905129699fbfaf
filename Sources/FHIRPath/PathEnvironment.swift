public import FHIR

/// What an expression may see besides the resource, and how much it may do.
public struct PathEnvironment: Sendable {
    /// The values of variables by name without `%`, such as `clinic`.
    public var variables: [String: JSONValue]
    /// Finds the resource behind a reference text; nil when `resolve()` must find contained resources only.
    ///
    /// It is also asked for `#id` when the resource contains nothing of that id.
    public var resolve: (@Sendable (String) -> Resource?)?
    /// Whether a resource or an element conforms to the profile of a canonical URL; nil when the URL is not known.
    ///
    /// Without it, `conformsTo()` knows R4's own types only.
    public var conformsTo: (@Sendable (JSONValue, String) -> Bool?)? {
        get { rare?.conformsTo }
        set { change { $0.conformsTo = newValue } }
    }
    /// Whether a code, Coding or CodeableConcept is in the value set of a canonical URL; nil when that cannot be said.
    ///
    /// Without it, `memberOf()` yields nothing.
    public var memberOf: (@Sendable (JSONValue, String) -> Bool?)? {
        get { rare?.memberOf }
        set { change { $0.memberOf = newValue } }
    }
    /// What `%rootResource` is when the resource itself is contained in another one.
    public var rootResource: Resource? {
        get { rare?.rootResource }
        set { change { $0.rootResource = newValue } }
    }
    /// What `now()`, `today()` and `timeOfDay()` say, in UTC; they are an error without it.
    public var now: Instant? {
        get { rare?.now }
        set { change { $0.now = newValue } }
    }
    /// How many nodes and elements one evaluation may visit.
    public var stepLimit = 100_000
    /// How many bytes one text made by an expression may have.
    public var textLimit = 1 << 20

    /// Describes an environment; by default there is nothing besides the resource.
    public init(variables: [String: JSONValue] = [:], resolve: (@Sendable (String) -> Resource?)? = nil) {
        self.variables = variables
        self.resolve = resolve
    }

    /// What mappings do without, behind one reference: an evaluation copies its environment.
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

/// What only those who check resources hand in.
private struct RareSeams: Sendable {
    var conformsTo: (@Sendable (JSONValue, String) -> Bool?)?
    var memberOf: (@Sendable (JSONValue, String) -> Bool?)?
    var rootResource: Resource?
    var now: Instant?
}
