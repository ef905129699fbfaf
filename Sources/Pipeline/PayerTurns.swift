import FHIR
import PDex
import Synchronization

/// What all deliveries of a process share at each payer, whichever job or service makes them: turns, which the store
/// hands out to all processes, and places among those under way.
public final class PayerTurns: Sendable {
    /// Turns that were reserved in the store and are not used yet.
    fileprivate struct Stock {
        var ready: [Instant] = []
        /// How many are reserved at once: twice as many each time that all were used.
        var count = 0
        /// A turn further ahead than this many milliseconds is from before a clock was set back.
        static let furthest: Int64 = 120_000
    }

    private let stocks = Mutex<[String: Stock]>([:])
    private let places = Mutex<[String: PayerPlaces]>([:])

    /// Reserve at most this many milliseconds of turns per write; other processes wait that long for unused ones.
    private static let longestStock: Int64 = 1000

    private let order: (any PlaceOrder)?

    /// Starts without any delivery; `order` is notified of who waits for a place.
    public init(order: (any PlaceOrder)? = nil) {
        self.order = order
    }

    /// The next turn at a payer, `spacing` milliseconds after the one before it in any process. `take` reserves that
    /// many in the store, and returns the first.
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
    /// A turn that is in stock, or how many to reserve.
    fileprivate mutating func take(now: Instant, most: Int) -> (turn: Instant?, count: Int) {
        // Unused past turns would be a burst, and show that the rate is not what holds deliveries up.
        let isIdle = ready.contains { $0 < now }
        ready.removeAll { $0 < now || $0 > now.adding(milliseconds: Self.furthest) }
        if !ready.isEmpty { return (ready.removeFirst(), 0) }
        count = isIdle ? 1 : min(max(count * 2, 1), most)
        return (nil, count)
    }
}
