public import FHIR
public import Foundation

/// The hours of the day in which a clinic's server is left to its own people, by local time.
///
/// From `from` up to `to`, on the days named; a window such as 22:00 to 04:00 belongs to the day on which it begins.
/// Where clocks go forward past an end, the window ends with the gap; where they go back, at the first of the two.
public struct QuietHours: Sendable, Hashable {
    /// A day of the week, starting with Sunday.
    public enum Day: String, Sendable, CaseIterable {
        case sunday = "sun"
        case monday = "mon"
        case tuesday = "tue"
        case wednesday = "wed"
        case thursday = "thu"
        case friday = "fri"
        case saturday = "sat"
    }

    private let from: Int64
    private let to: Int64
    private let zone: TimeZone
    private let days: Set<Day>

    private static let minutesOfDay: Int64 = 24 * 60

    /// Hours between two times such as `07:00`; nil when either is malformed, both are equal, or no day is given.
    public init?(from: String, to: String, zone: TimeZone, days: [Day] = Day.allCases) {
        guard let from = Self.minute(from), let to = Self.minute(to), from != to, !days.isEmpty else { return nil }
        self.from = from
        self.to = to < from ? to + Self.minutesOfDay : to
        self.zone = zone
        self.days = Set(days)
    }

    /// The end of the quiet hours that contain an instant; nil when none do.
    public func end(at instant: Instant) -> Instant? {
        let wall = WallTime(in: zone)
        let second = instant.milliseconds.floorDivided(by: 1000)
        let today = wall.minute(at: second).floorDivided(by: Self.minutesOfDay)
        for day in [today - 1, today] where days.contains(Self.name(ofDay: day)) {
            let midnight = day * Self.minutesOfDay
            let start = wall.second(reaching: midnight + from)
            let end = wall.second(reaching: midnight + to)
            if start..<max(start, end) ~= second { return Instant(seconds: end) }
        }
        return nil
    }

    /// The day of the week of a day counted from 1970-01-01, a Thursday.
    private static func name(ofDay day: Int64) -> Day {
        let number = (day + 4) - (day + 4).floorDivided(by: 7) * 7
        return Day.allCases[Int(number)]
    }

    /// The minute of the day that `07:00` names.
    private static func minute(_ text: String) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy(\.isWholeNumber) }),
            let hour = Int64(parts[0]), let minute = Int64(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }
}
