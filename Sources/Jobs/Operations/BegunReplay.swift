/// A replay that was begun, has not ended, and is gone on with.
public struct BegunReplay: Sendable, Hashable {
    /// The run that does it.
    public let run: String
    /// Whether it is just what was demanded: from the same step, with the same options, and for the same reason.
    public let isAsDemanded: Bool
    /// How many exchanges wait in it for their turn.
    public internal(set) var waiting = 0
    /// Those of them that are not meant by whoever goes on with it.
    public internal(set) var others = 0
}
