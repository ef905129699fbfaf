import Synchronization

/// The limiters of all servers that this process speaks to, by origin: jobs that share a server share its limit.
///
/// Files of an export on another host do not count against the FHIR server, nor the other way round.
public final class HostLimiters: Sendable {
    private let limiters = Mutex<[String: HostLimiter]>([:])

    /// Knows no server yet.
    public init() {}

    /// The limiter of an origin such as `https://fhir.example.org`, which gets at most `most` requests at once.
    func limiter(of origin: String, most: Int) async -> HostLimiter {
        let limiter = limiters.withLock { limiters in
            let limiter = limiters[origin] ?? HostLimiter(most: most)
            limiters[origin] = limiter
            return limiter
        }
        await limiter.restrict(to: most)
        return limiter
    }
}
