import Foundation

/// A cron expression with its meaning, stated without cron.
struct MinutePattern {
    let cron: String
    let minutes: Set<Int>
    let hours: Set<Int>
    let day: @Sendable (DateComponents) -> Bool

    /// The minutes of a day that fit.
    var minutesOfDay: [Int64] {
        (0..<1440).filter { hours.contains($0 / 60) && minutes.contains($0 % 60) }.map(Int64.init)
    }

    /// Whether a day, counted from 1970-01-01, fits.
    func includes(day number: Int64) -> Bool {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = Date(timeIntervalSince1970: Double(number * 86_400))
        return day(calendar.dateComponents([.month, .day, .weekday], from: date))
    }

    static let all: [MinutePattern] = [
        MinutePattern(cron: "*/13 0-4 * * *", minutes: Set(stride(from: 0, to: 60, by: 13)), hours: Set(0...4)) { _ in
            true
        },
        MinutePattern(cron: "30 0,1,2,3,23 * * *", minutes: [30], hours: [0, 1, 2, 3, 23]) { _ in true },
        MinutePattern(cron: "59 */5 1,30 * SUN", minutes: [59], hours: [0, 5, 10, 15, 20]) {
            $0.day == 1 || $0.day == 30 || $0.weekday == 1
        },
        MinutePattern(cron: "5-10 2 * 3,10,11 0-3", minutes: Set(5...10), hours: [2]) {
            [3, 10, 11].contains($0.month) && [1, 2, 3, 4].contains($0.weekday)
        },
        MinutePattern(cron: "0 12 29 2,12 *", minutes: [0], hours: [12]) {
            [2, 12].contains($0.month) && $0.day == 29
        },
    ]
}
