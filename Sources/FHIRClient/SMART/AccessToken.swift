import FHIR

/// A bearer token and its life; only the request that carries it sees its secret.
struct AccessToken: Sendable, Hashable {
    /// The value after `Bearer `.
    let secret: String
    /// When to request the next one: at 80 % of its life.
    let renewal: Instant
    /// The scopes that the server granted.
    let scope: String

    private static let shortest: Int64 = 5
    private static let longest: Int64 = 3600
    private static let usual: Int64 = 300

    /// A token requested at `asked` that lives for `seconds`, limited to between five seconds and an hour.
    ///
    /// With a life of zero it would be requested before every request; with a year it would outlive its revocation.
    init(secret: String, asked: Instant, seconds: Int?, scope: String) {
        self.secret = secret
        self.scope = scope
        let life = min(max(seconds.map(Int64.init) ?? Self.usual, Self.shortest), Self.longest)
        renewal = asked.adding(milliseconds: life * 800)
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "an access token" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
