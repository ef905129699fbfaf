/// How many peers a server has at once, and how long it waits for each, by the machine's own clock.
public struct PeerBounds: Sendable {
    /// The most connections at once; others are accepted only when some end. Each is a descriptor of the process.
    public var connections: Int
    /// How long it waits for the head of a request, or for the next request on a kept connection.
    public var idle: Duration
    /// How long it waits for the whole body of a request; less than ``idle``, which ends without an answer.
    public var body: Duration
    /// How long it waits for a peer to take more of its answer.
    public var answer: Duration

    /// The defaults suit a service behind a proxy.
    public init(
        connections: Int = 256, idle: Duration = .seconds(60), body: Duration = .seconds(30),
        answer: Duration = .seconds(60)
    ) {
        self.connections = connections
        self.idle = idle
        self.body = body
        self.answer = answer
    }
}
