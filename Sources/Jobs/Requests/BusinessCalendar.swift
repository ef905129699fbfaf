public import FHIR
public import Foundation

/// Which days are business days: Monday to Friday in a zone, except holidays.
public struct BusinessCalendar: Sendable, Hashable {
    private let zone: TimeZone
    /// Days since 1970-01-01.
    private let holidays: Set<Int64>

    private static let secondsInDay: Int64 = 86_400

    /// A calendar of a zone; `holidays` are dates such as `2026-12-25`, and anything else among them is ignored.
    public init(zone: TimeZone = .gmt, holidays: some Sequence<String> = []) {
        self.zone = zone
        self.holidays = Set(holidays.compactMap(Self.day))
    }

    /// The days since 1970-01-01 of a date such as `2026-12-25`; nil for anything else.
    public static func day(_ date: String) -> Int64? {
        guard date.utf8.count == 10, let midnight = Instant(date + "T00:00:00Z") else { return nil }
        return midnight.milliseconds / (secondsInDay * 1000)
    }

    /// The same time of day, to the second, a number of business days later; a start on a day off counts as the
    /// midnight that begins the next business day.
    public func instant(businessDays: Int, after start: Instant) -> Instant {
        let wall = WallTime(in: zone)
        let second = start.milliseconds.floorDivided(by: 1000)
        var minute = wall.minute(at: second)
        // Today's zones differ by whole minutes.
        var seconds = second - second.floorDivided(by: 60) * 60
        let minutesInDay = Self.secondsInDay / 60
        var day = minute.floorDivided(by: minutesInDay)
        if !isWorked(day) {
            while !isWorked(day) { day += 1 }
            minute = day * minutesInDay
            seconds = 0
        }
        let timeOfDay = minute - day * minutesInDay
        for _ in 0..<max(businessDays, 0) {
            repeat { day += 1 } while !isWorked(day)
        }
        return Instant(seconds: wall.second(reaching: day * minutesInDay + timeOfDay) + seconds)
    }

    private func isWorked(_ day: Int64) -> Bool {
        ![0, 6].contains(CivilDate(daysSince1970: day).weekday) && !holidays.contains(day)
    }
}
