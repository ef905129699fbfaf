import Serving

/// Where a server is reached; known once its socket is bound.
struct Origin: Sendable {
    let bound = BoundPort()

    /// `http://127.0.0.1:port`; port 0 while the server is not bound.
    var text: String { "http://127.0.0.1:\(bound.known ?? 0)" }
}
