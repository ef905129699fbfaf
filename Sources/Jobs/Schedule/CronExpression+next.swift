public import FHIR
public import Foundation

extension CronExpression {
    /// The first instant after `instant` at which the expression is due on the clocks of `zone`; nil when there is none
    /// before the year 10000.
    ///
    /// Each minute of the wall clock counts once. Where clocks go forward, a time in the gap is due at the first
    /// instant after it; where they go back, a time in the repeated hour is due the first time.
    public func next(after instant: Instant, in zone: TimeZone) -> Instant? {
        let wall = WallTime(in: zone)
        // Any earlier minute was first shown on the wall before this one.
        var minute = wall.minute(at: instant.seconds)
        while let due = firstMinute(from: minute) {
            let second = wall.second(reaching: due)
            if second > Instant.latest.seconds { return nil }
            if second > instant.seconds { return Instant(seconds: second) }
            minute = due + 1
        }
        return nil
    }

    /// The first minute on the wall, from `minute` on, at which the expression is due.
    private func firstMinute(from minute: Int64) -> Int64? {
        let today = minute.floorDivided(by: 1440)
        // 29 February falls on a given weekday again within 40 years, even around 2100.
        for day in today...(today + 41 * 366) where includes(CivilDate(daysSince1970: day)) {
            let earliest = day == today ? Int(minute - today * 1440) : 0
            if let found = firstMinuteOfDay(from: earliest) { return day * 1440 + Int64(found) }
        }
        return nil
    }

    private func firstMinuteOfDay(from earliest: Int) -> Int? {
        for hour in (earliest / 60)..<24 where hours >> UInt64(hour) & 1 == 1 {
            let first = hour == earliest / 60 ? earliest % 60 : 0
            let left = minutes >> UInt64(first)
            if left != 0 { return hour * 60 + first + left.trailingZeroBitCount }
        }
        return nil
    }
}
