import FHIR

/// A bearer token and its life; shows itself to nobody but the request that carries it.
struct AccessToken: Sendable, Hashable {
    /// What goes behind `Bearer `.
    let secret: String
    /// When to get the next one: at 80 % of its life.
    let renewal: Instant
    /// What the server said it allows.
    let scope: String

    private static let shortest: Int64 = 5
    private static let longest: Int64 = 3600
    private static let usual: Int64 = 300

    /// A token asked for at `asked`, that lives for `seconds`, kept between five seconds and an hour.
    ///
    /// A life of zero would be asked for before every request; a life of a year would outlive its revocation.
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
