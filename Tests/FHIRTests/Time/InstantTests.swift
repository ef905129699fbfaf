import FHIR
import Foundation
import SampleData
import Testing

@Suite("An instant")
struct InstantTests {
    @Test(
        "is read with any zone and any number of digits",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2015-02-07T13:28:17.239+02:00", 1_423_308_497_239),
            ("2015-02-07T11:28:17.239Z", 1_423_308_497_239), ("2015-02-07T01:28:17.239-10:00", 1_423_308_497_239),
            ("2026-01-11T02:13:45.1Z", 1_768_097_625_100), ("2026-01-11T02:13:45.12345678901234Z", 1_768_097_625_123),
            ("2000-02-29T00:00:00Z", 951_782_400_000), ("1969-12-31T23:59:59.999Z", -1),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("2017-01-01T00:59:60+01:00", 1_483_228_800_000),
            ("2017-01-01T00:00:00-00:00", 1_483_228_800_000), ("2017-01-01T14:00:00+14:00", 1_483_228_800_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("0001-01-01T00:00:00+14:00", -62_135_596_800_000), ("9999-12-31T23:59:59-12:00", 253_402_300_799_999),
            ("9999-12-31T23:59:60Z", 253_402_300_799_999),
        ] as [(String, Int64)])
    func isRead(text: String, milliseconds: Int64) {
        #expect(Instant(text)?.milliseconds == milliseconds)
    }

    @Test(
        "is not read from anything else",
        arguments: [
            "", "2015", "2015-02", "2015-02-07", "2015-02-07T13:28Z", "2015-02-07T13:28:17", "2015-02-07T13:28:17.Z",
            "2015-02-07t13:28:17Z", "2015-02-07T13:28:17z", "2015-02-07 13:28:17Z", "2015-02-30T13:28:17Z",
            "2015-13-07T13:28:17Z", "2015-00-07T13:28:17Z", "2015-02-00T13:28:17Z", "2015-02-07T24:00:00Z",
            "2015-02-07T13:60:17Z",
            "2015-02-07T13:28:61Z", "2015-02-07T13:28:17+2:00", "2015-02-07T13:28:17+0200", "2015-02-07T13:28:17+15:00",
            "2015-02-07T13:28:17+14:01", "2015-02-07T13:28:17+02:60", "2015-02-07T13:28:17Z ", " 2015-02-07T13:28:17Z",
            "0000-02-07T13:28:17Z", "10000-02-07T13:28:17Z", "-2015-02-07T13:28:17Z", "1900-02-29T00:00:00Z",
            "+015-02-07T13:28:17Z",
            "2015-2-07T13:28:17Z", "２015-02-07T13:28:17Z", "2015-02-07T13:28:17,5Z", "2015-02-07T13:28:17Z\0",
        ])
    func isNotRead(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test("is written in UTC with milliseconds, and read back", arguments: 0..<500 as Range<UInt64>)
    func roundTrips(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        let milliseconds = Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &random)
        let instant = Instant(milliseconds: milliseconds)

        #expect(instant.milliseconds == milliseconds)
        #expect(Instant(instant.text) == instant)
        #expect(instant.text.utf8.count == 24)
        #expect(
            Instant(httpDate: instant.httpDate)?.milliseconds == milliseconds - ((milliseconds % 1000) + 1000) % 1000)
    }

    @Test(
        "is written as one would",
        arguments: [(0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z")] as [(Int64, String)])
    func isWritten(milliseconds: Int64, text: String) {
        #expect(Instant(milliseconds: milliseconds).text == text)
        #expect("\(Instant(milliseconds: milliseconds))" == text)
    }

    @Test("knows the days as the platform's calendar does", arguments: 0..<200 as Range<UInt64>)
    func agreesWithThePlatform(seed: UInt64) {
        // From 1600 on: before, the platform switches to the Julian calendar.
        var random = SeededNumbers(seed: seed)
        let seconds = Int64.random(in: -11_670_000_000...253_402_300_799, using: &random)
        let platform = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        #expect(Instant(seconds: seconds).text == platform.dropLast() + ".000Z")
    }

    @Test("never overflows: beyond its range it stays at the end")
    func saturates() {
        #expect(Instant(milliseconds: .max) == .latest && Instant(milliseconds: .min) == .earliest)
        #expect(Instant(seconds: .max, nanoseconds: .max) == .latest)
        #expect(Instant(seconds: .min, nanoseconds: .min) == .earliest)
        #expect(Instant(seconds: 253_402_300_799, nanoseconds: .max) == .latest)
        #expect(Instant.latest.adding(milliseconds: 1) == .latest)
        #expect(Instant.earliest.adding(milliseconds: .min) == .earliest)
        #expect(Instant(milliseconds: 5).adding(milliseconds: .max) == .latest)
        #expect(Instant.latest - .earliest == .nanoseconds(999_999_999) + .seconds(315_537_897_599))
        #expect(
            Instant.earliest.text == "0001-01-01T00:00:00.000Z" && Instant.latest.text == "9999-12-31T23:59:59.999Z")
    }

    @Test("takes nanoseconds of any size and sign")
    func normalizes() {
        #expect(Instant(seconds: 1, nanoseconds: -1) == Instant(seconds: 0, nanoseconds: 999_999_999))
        #expect(Instant(seconds: 1, nanoseconds: -1_000_000_000) == Instant(seconds: 0))
        #expect(Instant(seconds: 1, nanoseconds: 2_000_000_001) == Instant(seconds: 3, nanoseconds: 1))
        #expect(Instant(seconds: -1, nanoseconds: 500_000_000).milliseconds == -500)
    }

    @Test("is moved and compared by time only, to the nanosecond")
    func moves() throws {
        let start = try #require(Instant("2026-03-29T00:59:59.9999Z"))
        #expect(start.adding(milliseconds: 1).adding(milliseconds: -1) == start)
        #expect(start.adding(milliseconds: 86_400_000) - start == .seconds(86_400))
        #expect(Instant("2026-01-01T01:00:00+01:00") == Instant("2026-01-01T00:00:00Z"))
        #expect(Instant(seconds: 5, nanoseconds: 1) < Instant(seconds: 5, nanoseconds: 2))
        #expect(Instant(seconds: 5, nanoseconds: 9) < Instant(seconds: 6))
    }
}
