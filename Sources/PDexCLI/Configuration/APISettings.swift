import Console

/// Where the HTTP API listens, and who may use it.
struct APISettings: Sendable, Hashable {
    /// The address to listen on; this machine itself unless the file says otherwise.
    let host: String
    let port: Int
    let tokens: [APIToken]

    static let usualPort = 8480
}
