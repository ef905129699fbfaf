public import FHIR
public import Foundation

/// Which days are worked on: Monday to Friday in a zone, but for holidays.
public struct BusinessCalendar: Sendable, Hashable {
    private let zone: TimeZone
    /// Days since 1970-01-01.
    private let holidays: Set<Int64>

    private static let secondsInDay: Int64 = 86_400

    /// A calendar of a zone; `holidays` are dates such as `2026-12-25`, and those that are none are not looked at.
    public init(zone: TimeZone = .gmt, holidays: some Sequence<String> = []) {
        self.zone = zone
        self.holidays = Set(holidays.compactMap(Self.day))
    }

    /// The days since 1970-01-01 of a date such as `2026-12-25`; nil for anything else.
    public static func day(_ date: String) -> Int64? {
        guard date.utf8.count == 10, let midnight = Instant(date + "T00:00:00Z") else { return nil }
        return midnight.milliseconds / (secondsInDay * 1000)
    }

    /// The same time of day, to the second, so many business days later; what comes on a day off counts as come at the
    /// next midnight that begins a business day.
    public func instant(businessDays: Int, after start: Instant) -> Instant {
        let wall = WallTime(in: zone)
        let second = start.milliseconds.floorDivided(by: 1000)
        var minute = wall.minute(at: second)
        // Zones differ by whole minutes today.
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
