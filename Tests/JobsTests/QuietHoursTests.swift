import FHIR
import Foundation
import Jobs
import SampleData
import Testing

@Suite("The quiet hours of a clinic")
struct QuietHoursTests {
    @Test(
        "they hold from their beginning up to their end, on the clocks of the clinic's place",
        arguments: [
            ("2026-06-01T05:00:00Z", "2026-06-01T17:00:00.000Z"),
            ("2026-06-01T16:59:59Z", "2026-06-01T17:00:00.000Z"),
            ("2026-06-01T04:59:59Z", nil),
            ("2026-06-01T17:00:00Z", nil),
            // In winter, Berlin is one hour nearer to UTC.
            ("2026-01-05T05:00:00Z", nil),
            ("2026-01-05T06:00:00Z", "2026-01-05T18:00:00.000Z"),
        ])
    func edges(instant: String, end: String?) throws {
        let hours = try #require(QuietHours(from: "07:00", to: "19:00", zone: try zone("Europe/Berlin")))
        #expect(try hours.end(at: #require(Instant(instant)))?.text == end)
    }

    @Test("a window over midnight belongs to the day on which it begins")
    func overMidnight() throws {
        let hours = try #require(QuietHours(from: "22:00", to: "04:00", zone: .gmt, days: [.monday]))
        // The first of June 2026 is a Monday.
        let quiet = ["2026-06-01T22:00:00Z", "2026-06-02T03:59:59Z"]
        let open = ["2026-06-01T03:00:00Z", "2026-06-02T22:00:00Z", "2026-06-02T04:00:00Z"]
        for instant in quiet {
            #expect(try hours.end(at: #require(Instant(instant)))?.text == "2026-06-02T04:00:00.000Z")
        }
        for instant in open { #expect(try hours.end(at: #require(Instant(instant))) == nil) }
    }

    @Test("a calendar and a clock on the wall say the same of ten thousand instants", arguments: 1...4)
    func agreesWithCalendar(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        for _ in 0..<2500 {
            let zone = try zone(
                ["Europe/Berlin", "America/New_York", "Asia/Kolkata"].randomElement(using: &random) ?? "")
            let (from, to) = (Int.random(in: 0..<1440, using: &random), Int.random(in: 0..<1440, using: &random))
            guard from != to else { continue }
            let days = QuietHours.Day.allCases.filter { _ in Bool.random(using: &random) }
            let hours = QuietHours(from: Self.text(from), to: Self.text(to), zone: zone, days: days)
            #expect((hours == nil) == days.isEmpty)
            let date = Date(
                timeIntervalSince1970: Double(Int.random(in: 1_767_225_600..<1_830_000_000, using: &random)))
            // On a day when clocks change, an hour occurs twice or never.
            guard let hours, !Self.clocksChange(around: date, zone) else { continue }

            let end = hours.end(at: Instant(seconds: Int64(date.timeIntervalSince1970)))

            #expect((end != nil) == Self.isQuiet(date, from, to, days, zone))
            if let end {
                let last = Date(timeIntervalSince1970: Double(end.seconds - 1))
                let next = Date(timeIntervalSince1970: Double(end.seconds))
                #expect(Self.isQuiet(last, from, to, days, zone) && !Self.isQuiet(next, from, to, days, zone))
            }
        }
    }

    @Test("an end that the clocks jump over is the end of the gap; of an hour that comes twice, the first counts")
    func clockChanges() throws {
        let berlin = try zone("Europe/Berlin")
        let spring = try #require(QuietHours(from: "01:00", to: "02:30", zone: berlin))
        let autumn = try #require(QuietHours(from: "01:00", to: "02:30", zone: berlin))
        #expect(try spring.end(at: #require(Instant("2026-03-29T00:30:00Z")))?.text == "2026-03-29T01:00:00.000Z")
        #expect(try autumn.end(at: #require(Instant("2026-10-25T00:10:00Z")))?.text == "2026-10-25T00:30:00.000Z")
        #expect(try autumn.end(at: #require(Instant("2026-10-25T01:10:00Z"))) == nil)
    }

    @Test(
        "what is no time of day, or no time at all, is refused",
        arguments: [
            ("7:00", "19:00"), ("07:00", "24:00"), ("07:60", "19:00"), ("07:00", "07:00"), ("", "19:00"),
            ("+7:00", "19:00"),
        ])
    func refuses(from: String, to: String) {
        #expect(QuietHours(from: from, to: to, zone: .gmt) == nil)
        #expect(QuietHours(from: "07:00", to: "19:00", zone: .gmt, days: []) == nil)
    }

    private func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }

    private static func text(_ minute: Int) -> String {
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return two(minute / 60) + ":" + two(minute % 60)
    }

    private static func clocksChange(around date: Date, _ zone: TimeZone) -> Bool {
        let offsets = [-2.0, 0, 2].map { zone.secondsFromGMT(for: date.addingTimeInterval($0 * 86_400)) }
        return Set(offsets).count > 1
    }

    /// By the calendar of Foundation.
    private static func isQuiet(_ date: Date, _ from: Int, _ to: Int, _ days: [QuietHours.Day], _ zone: TimeZone)
        -> Bool
    {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = calendar.dateComponents([.hour, .minute, .weekday], from: date)
        guard let hour = parts.hour, let minuteOfHour = parts.minute, let weekday = parts.weekday else { return false }
        let minute = hour * 60 + minuteOfHour
        let today = days.contains(QuietHours.Day.allCases[weekday - 1])
        let yesterday = days.contains(QuietHours.Day.allCases[(weekday + 5) % 7])
        return from < to
            ? today && from <= minute && minute < to : today && minute >= from || yesterday && minute < to
    }
}
