import FHIR
import Foundation
import Jobs
import Testing

@Suite("When a cron expression is due")
struct CronNextTests {
    @Test(
        "the next time is the first that fits",
        arguments: [
            ("15 2 * * *", "2026-01-10T02:14:59Z", "2026-01-10T02:15:00.000Z"),
            ("15 2 * * *", "2026-01-10T02:15:00Z", "2026-01-11T02:15:00.000Z"),
            ("15 2 * * *", "2026-01-10T02:15:00.001Z", "2026-01-11T02:15:00.000Z"),
            ("*/15 9-17 * * MON-FRI", "2026-01-09T17:45:00Z", "2026-01-12T09:00:00.000Z"),
            ("0 0 1 1 *", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00.000Z"),
            ("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00.000Z"),
            ("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00.000Z"),
            ("0 0 29 2 */7", "2088-03-01T00:00:00Z", "2128-02-29T00:00:00.000Z"),
            ("0 12 * * 0", "2026-01-05T00:00:00Z", "2026-01-11T12:00:00.000Z"),
            ("0 12 * * 7", "2026-01-05T00:00:00Z", "2026-01-11T12:00:00.000Z"),
            ("@weekly", "2026-01-05T00:00:00Z", "2026-01-11T00:00:00.000Z"),
            ("@monthly", "2026-01-05T00:00:00Z", "2026-02-01T00:00:00.000Z"),
            ("0 0 * * *", "1969-12-30T12:00:00Z", "1969-12-31T00:00:00.000Z"),
        ])
    func next(text: String, after: String, expected: String) throws {
        #expect(try next(text, after: after, in: "UTC") == expected)
    }

    @Test("a day counts when day of month or day of week fits, unless one of them starts with *")
    func eitherDay() throws {
        // 2026-01-13 is a Tuesday.
        #expect(try next("0 0 13 * FRI", after: "2026-01-10T00:00:00Z", in: "UTC") == "2026-01-13T00:00:00.000Z")
        #expect(try next("0 0 13 * FRI", after: "2026-01-13T00:00:00Z", in: "UTC") == "2026-01-16T00:00:00.000Z")
        #expect(try next("0 0 13 * *", after: "2026-01-13T00:00:00Z", in: "UTC") == "2026-02-13T00:00:00.000Z")
        #expect(try next("0 0 */13 * FRI", after: "2026-01-10T00:00:00Z", in: "UTC") == "2026-02-27T00:00:00.000Z")
    }

    @Test("what falls into the gap of spring is due once, at the first instant after it")
    func gap() throws {
        // In New York, 2026-03-08 has no 02:00 to 02:59.
        let zone = "America/New_York"
        #expect(try next("15 2 * * *", after: "2026-03-07T12:00:00Z", in: zone) == "2026-03-08T07:00:00.000Z")
        #expect(try next("15 2 * * *", after: "2026-03-08T07:00:00Z", in: zone) == "2026-03-09T06:15:00.000Z")
        #expect(try next("*/20 2 * * *", after: "2026-03-08T06:59:59Z", in: zone) == "2026-03-08T07:00:00.000Z")
        #expect(try next("*/20 2 * * *", after: "2026-03-08T07:00:00Z", in: zone) == "2026-03-09T06:00:00.000Z")
    }

    @Test("what falls into the repeated hour of autumn is due once, the first time")
    func repeatedHour() throws {
        // In New York, 2026-11-01 has 01:00 to 01:59 twice.
        let zone = "America/New_York"
        #expect(try next("30 1 * * *", after: "2026-11-01T05:00:00Z", in: zone) == "2026-11-01T05:30:00.000Z")
        #expect(try next("30 1 * * *", after: "2026-11-01T05:30:00Z", in: zone) == "2026-11-02T06:30:00.000Z")
        #expect(try next("* * * * *", after: "2026-11-01T05:59:00Z", in: zone) == "2026-11-01T07:00:00.000Z")
    }

    @Test("a day that a zone never had is made up for when the next begins")
    func missingDay() throws {
        // Samoa crossed the date line: after 2011-12-29 came 2011-12-31.
        let found = try next("0 12 30 12 *", after: "2011-12-29T00:00:00Z", in: "Pacific/Apia")
        #expect(found == "2011-12-30T10:00:00.000Z")
    }

    @Test("there is no next time after the year 9999")
    func end() throws {
        let cron = try CronExpression("* * * * *")
        #expect(cron.next(after: .latest, in: .gmt) == nil)
        #expect(cron.next(after: .earliest, in: .gmt) == Instant("0001-01-01T00:01:00Z"))
    }

    @Test(
        "a year in a zone is what a clock on its wall would do, minute by minute",
        arguments: [
            ("America/New_York", 2026), ("Europe/London", 2027), ("Australia/Lord_Howe", 2026),
            ("America/Sao_Paulo", 2017), ("Pacific/Apia", 2011), ("Asia/Kolkata", 2026), ("Asia/Beirut", 2023),
            ("Africa/Casablanca", 2026), ("Antarctica/Troll", 2024), ("Europe/Istanbul", 2016),
        ])
    func everyMinute(name: String, year: Int) throws {
        let zone = try #require(TimeZone(identifier: name))
        let start = try #require(Instant("\(year)-01-01T00:00:00Z"))
        let end = try #require(Instant("\(year)-12-31T23:59:00Z"))
        let clock = WatchedWall(zone: zone, from: start, to: end)
        for pattern in MinutePattern.all {
            let cron = try CronExpression(pattern.cron)
            var found: [Instant] = []
            var next = cron.next(after: start, in: zone)
            while let instant = next, instant <= end {
                found.append(instant)
                next = cron.next(after: instant, in: zone)
            }
            #expect(found == clock.instants(of: pattern), "\(pattern.cron) in \(name)")
        }
    }

    private func next(_ text: String, after: String, in zone: String) throws -> String? {
        let instant = try #require(Instant(after))
        let zone = try #require(TimeZone(identifier: zone))
        return try CronExpression(text).next(after: instant, in: zone)?.text
    }
}
