/// How many peers a server has at once, and how long it waits for each, by the machine's own clock.
public struct PeerBounds: Sendable {
    /// More connections are not accepted before others end: each is a descriptor of the process.
    public var connections: Int
    /// For the head of a request, and for the next one on a connection that is kept.
    public var idle: Duration
    /// For the whole body of a request; less than ``idle``, which gives no answer.
    public var body: Duration
    /// Until a peer takes more of its answer.
    public var answer: Duration

    /// What suits a service behind a proxy, unless told otherwise.
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
