import Foundation

/// What the wall clocks of a time zone show, in minutes since 1970-01-01 00:00 on that wall.
struct WallTime {
    private let zone: TimeZone

    init(in zone: TimeZone) {
        self.zone = zone
    }

    /// The minute that the wall shows at a second since 1970 UTC.
    func minute(at second: Int64) -> Int64 {
        (second + offset(at: second)).floorDivided(by: 60)
    }

    /// The first second (since 1970 UTC) at which the wall shows `minute` or a later one.
    ///
    /// Where clocks go forward, that is the first second after the gap for every minute in the gap; where they go back,
    /// it is the first of the two times that the minute is shown.
    func second(reaching minute: Int64) -> Int64 {
        let wanted = minute * 60
        // No zone was ever further than 16 hours from UTC.
        let margin: Int64 = 18 * 3600
        var start = wanted - margin
        var offset = offset(at: start)
        while start < wanted + margin {
            let limit = start + 6 * 3600
            let nextOffset = self.offset(at: limit)
            let end = nextOffset == offset ? limit : endOfOffset(offset, from: start, to: limit)
            let candidate = max(start, wanted - offset)
            if candidate < end { return candidate }
            (start, offset) = (end, end == limit ? nextOffset : self.offset(at: end))
        }
        return start
    }

    /// The first second at which `offset`, in force at `start` but not at `limit`, is no longer in force.
    private func endOfOffset(_ offset: Int64, from start: Int64, to limit: Int64) -> Int64 {
        var (same, different) = (start, limit)
        while different - same > 1 {
            let middle = same + (different - same) / 2
            if self.offset(at: middle) == offset { same = middle } else { different = middle }
        }
        return different
    }

    private func offset(at second: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }
}
