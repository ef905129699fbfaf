import FHIR
import Foundation
import Testing

@testable import Jobs

@Suite("Business days")
struct BusinessCalendarTests {
    @Test(
        "are counted from Monday to Friday without holidays, at the same time of day",
        arguments: [
            ("2026-06-03T15:00:00Z", 1, "2026-06-04T15:00:00.000Z"),  // A Wednesday.
            ("2026-06-05T15:00:00Z", 1, "2026-06-08T15:00:00.000Z"),  // A Friday.
            ("2026-06-03T15:00:41Z", 1, "2026-06-04T15:00:41.000Z"),  // To the second.
            ("2026-10-30T15:00:59Z", 1, "2026-11-02T16:00:59.000Z"),
            ("2026-06-06T15:00:41Z", 1, "2026-06-09T04:00:00.000Z"),
            ("2026-06-06T15:00:00Z", 1, "2026-06-09T04:00:00.000Z"),  // A Saturday counts as Monday, midnight.
            ("2026-06-18T15:00:00Z", 1, "2026-06-22T15:00:00.000Z"),  // Juneteenth is a holiday.
            ("2026-06-19T15:00:00Z", 1, "2026-06-23T04:00:00.000Z"),
            ("2026-06-03T15:00:00Z", 5, "2026-06-10T15:00:00.000Z"),
            ("2026-10-30T15:00:00Z", 1, "2026-11-02T16:00:00.000Z"),  // Clocks went back on Sunday.
            ("2026-06-06T03:30:00Z", 1, "2026-06-09T03:30:00.000Z"),  // Still Friday in New York.
        ])
    func counts(start: String, days: Int, end: String) throws {
        let zone = try #require(TimeZone(identifier: "America/New_York"))
        let calendar = BusinessCalendar(zone: zone, holidays: ["2026-06-19", "no date"])

        let due = calendar.instant(businessDays: days, after: try #require(Instant(start)))

        #expect(due.text == end)
    }
}
