import FHIR
import PDex
import Synchronization

/// What the deliveries of a process share at each payer, whichever job or service makes them: turns, which the store
/// hands out to all processes, and places among those under way.
public final class PayerTurns: Sendable {
    /// Turns that were taken in the store and not used.
    fileprivate struct Stock {
        var ready: [Instant] = []
        /// How many are taken at once: twice as many each time that all were used.
        var count = 0
        /// A turn that is further away is one from before a clock was set back.
        static let furthest: Int64 = 120_000
    }

    private let stocks = Mutex<[String: Stock]>([:])
    private let places = Mutex<[String: PayerPlaces]>([:])

    /// The turns of at most so long are taken in one write, in milliseconds: so long others wait for what is not used.
    private static let longestStock: Int64 = 1000

    private let order: (any PlaceOrder)?

    /// Nobody has delivered yet; `order` is told who waits for a place.
    public init(order: (any PlaceOrder)? = nil) {
        self.order = order
    }

    /// The next turn at a payer, `spacing` milliseconds after the one before it in any process. `take` takes so many in
    /// the store.
    func next(
        at payer: String, spacing: Int64, now: Instant, take: (_ count: Int) async throws -> Instant
    ) async rethrows -> Instant {
        let (turn, count) = stocks.withLock { stocks in
            stocks[payer, default: Stock()].take(now: now, most: Int(max(1, Self.longestStock / max(spacing, 1))))
        }
        if let turn { return turn }
        let first = try await take(count)
        if count > 1 {
            stocks.withLock { stocks in
                stocks[payer, default: Stock()].ready += (1..<count).map {
                    first.adding(milliseconds: spacing * Int64($0))
                }
                stocks[payer]?.ready.sort()
            }
        }
        return first
    }

    /// The places at a payer.
    func places(at payer: String) -> PayerPlaces {
        places.withLock { places in
            let found = places[payer] ?? PayerPlaces(order: order)
            places[payer] = found
            return found
        }
    }
}

extension PayerTurns.Stock {
    /// A turn that is there, or how many are to be taken.
    fileprivate mutating func take(now: Instant, most: Int) -> (turn: Instant?, count: Int) {
        // What has passed would be a burst; the rate is not what holds deliveries up then.
        let isIdle = ready.contains { $0 < now }
        ready.removeAll { $0 < now || $0 > now.adding(milliseconds: Self.furthest) }
        if !ready.isEmpty { return (ready.removeFirst(), 0) }
        count = isIdle ? 1 : min(max(count * 2, 1), most)
        return (nil, count)
    }
}
