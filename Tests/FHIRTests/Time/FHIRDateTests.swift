import FHIR
import Testing

@Suite("A date of partial precision")
struct FHIRDateTests {
    @Test(
        "stands for every moment it could mean",
        arguments: [
            ("2015", .year, "2014-12-31T10:00:00Z", "2016-01-01T11:59:59.999999999Z"),
            ("2015-02", .month, "2015-01-31T10:00:00Z", "2015-03-01T11:59:59.999999999Z"),
            ("2016-02", .month, "2016-01-31T10:00:00Z", "2016-03-01T11:59:59.999999999Z"),
            ("2015-02-07", .day, "2015-02-06T10:00:00Z", "2015-02-08T11:59:59.999999999Z"),
            ("2015-02-07T13:28:17+02:00", .second, "2015-02-07T11:28:17Z", "2015-02-07T11:28:17.999999999Z"),
            ("2015-02-07T13:28:17.2Z", .fraction, "2015-02-07T13:28:17.2Z", "2015-02-07T13:28:17.299999999Z"),
            (
                "2015-02-07T13:28:17.1234567891Z", .fraction, "2015-02-07T13:28:17.123456789Z",
                "2015-02-07T13:28:17.123456789Z"
            ),
            ("0001", .year, "0001-01-01T00:00:00Z", "0002-01-01T11:59:59.999999999Z"),
            ("9999", .year, "9998-12-31T10:00:00Z", "9999-12-31T23:59:59.999999999Z"),
        ] as [(String, FHIRDate.Precision, String, String)])
    func hasBounds(text: String, precision: FHIRDate.Precision, earliest: String, latest: String) throws {
        let date = try #require(FHIRDate(text))
        #expect(date.text == text)
        #expect(date.precision == precision)
        #expect(date.earliest == Instant(earliest))
        #expect(date.latest == Instant(latest))
    }

    @Test(
        "is not read from anything else",
        arguments: [
            "", "15", "201", "20150207", "2015-", "2015-2", "2015-02-", "2015-02-7", "2015-02-29", "2015-02-07T",
            "2015-02-07T13",
            "2015-02-07T13:28", "2015-02-07T13:28Z", "2015-02-07T13:28:17", "2015-02-07Z", "0000", "0000-01-01",
            "2015-13", "2015-00",
            "2015/02/07", " 2015", "2015 ", "about 2015", "99999",
        ])
    func isNotRead(text: String) {
        #expect(FHIRDate(text) == nil)
    }

    @Test("overlaps what could be the same moment")
    func overlaps() throws {
        let day = try #require(FHIRDate("2015-02-07"))
        #expect(day.overlaps(try #require(FHIRDate("2015"))))
        #expect(day.overlaps(try #require(FHIRDate("2015-02-08T08:00:00Z"))))
        #expect(!day.overlaps(try #require(FHIRDate("2015-02-08T12:00:00Z"))))
        #expect(!day.overlaps(try #require(FHIRDate("2016"))))
    }
}

@Suite("A period")
struct PeriodTests {
    private func instant(_ text: String) throws -> Instant { try #require(Instant(text)) }

    @Test("includes its first and its last day, wherever on earth")
    func includesItsEnds() throws {
        let period = try #require(Period(["start": "2025-01-01", "end": "2025-12-31"]))
        #expect(period.contains(try instant("2024-12-31T10:00:00Z")))
        #expect(period.contains(try instant("2026-01-01T11:59:59Z")))
        #expect(!period.contains(try instant("2024-12-31T09:59:59Z")))
        #expect(!period.contains(try instant("2026-01-01T12:00:00Z")))
    }

    @Test("without an end goes on, without a start has always been")
    func isOpen() throws {
        let running = try #require(Period(["start": "2025-01-01"]))
        let ended = try #require(Period(["end": "2025-01-31"]))
        #expect(running.contains(.latest) && !running.contains(.earliest))
        #expect(ended.contains(.earliest) && !ended.contains(.latest))
        #expect(Period().contains(.earliest) && Period([:]) == Period())
        #expect(running.overlaps(ended) && ended.overlaps(running) && Period().overlaps(ended))
    }

    @Test("overlaps another when they share a moment")
    func overlaps() throws {
        let january = try #require(Period(["start": "2025-01-01T00:00:00Z", "end": "2025-01-31T23:59:59Z"]))
        let touching = try #require(Period(["start": "2025-01-31T23:59:59Z", "end": "2025-02-28T00:00:00Z"]))
        let february = try #require(Period(["start": "2025-02-01T00:00:00Z"]))
        #expect(january.overlaps(touching) && touching.overlaps(january))
        #expect(!january.overlaps(february) && !february.overlaps(january))
    }

    @Test("made backwards holds nothing")
    func backwards() {
        let backwards = Period(start: FHIRDate("2026"), end: FHIRDate("2020"))
        #expect(!backwards.overlaps(Period()) && !Period().overlaps(backwards))
        #expect(!backwards.contains(Instant(seconds: 1_700_000_000)))
    }

    @Test(
        "with an end that cannot be read is none: it must not become open",
        arguments: [
            ["start": "2025-01-01", "end": "soon"], ["start": "2025-01-01", "end": 2026], ["start": nil],
            ["end": "2025-02-30"],
            ["start": "2026-01-05", "end": "2026-01-01"], "2025", [],
        ] as [JSONValue])
    func isNotRead(json: JSONValue) {
        #expect(Period(json) == nil)
    }
}
