/// A replay that was begun, has not ended, and can be resumed.
public struct BegunReplay: Sendable, Hashable {
    /// The run that carries it out.
    public let run: String
    /// Whether it matches the demand: the same step, the same options and the same reason.
    public let isAsDemanded: Bool
    /// How many of its exchanges are still waiting.
    public internal(set) var waiting = 0
    /// How many of those waiting the demand does not select.
    public internal(set) var others = 0
}
