import FHIR
import Foundation

/// The simplest model of when a cron expression is due: somebody watches a wall clock for a year and acts whenever it
/// shows a minute for the first time, or has jumped over one.
struct WatchedWall {
    /// The first minute that the wall reaches, in minutes since 1970-01-01 00:00 on it.
    private let first: Int64
    /// When (in seconds since 1970 UTC) it reaches that minute and each that follows.
    private let reached: [Int64]

    /// Watches the clocks of `zone` from one instant (exclusive) to another.
    init(zone: TimeZone, from start: Instant, to end: Instant) {
        var reached: [Int64] = []
        // No offset has changed within a quarter of an hour in the years tested.
        var offset = Self.offset(of: zone, at: start.seconds)
        var highest = (start.seconds + offset) / 60
        first = highest + 1
        for second in stride(from: start.seconds + 60, through: end.seconds, by: 60) {
            if second % 900 == 0 { offset = Self.offset(of: zone, at: second) }
            let shown = (second + offset) / 60
            while highest < shown {
                highest += 1
                reached.append(second)
            }
        }
        self.reached = reached
    }

    /// When the wall first showed, or jumped over, a minute of the pattern; each instant once.
    func instants(of pattern: MinutePattern) -> [Instant] {
        var instants: [Instant] = []
        let last = first + Int64(reached.count) - 1
        for day in (first / 1440)...(last / 1440) where pattern.includes(day: day) {
            for minuteOfDay in pattern.minutesOfDay {
                let minute = day * 1440 + minuteOfDay
                guard (first...last).contains(minute) else { continue }
                let instant = Instant(seconds: reached[Int(minute - first)])
                if instants.last != instant { instants.append(instant) }
            }
        }
        return instants
    }

    private static func offset(of zone: TimeZone, at second: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }
}
