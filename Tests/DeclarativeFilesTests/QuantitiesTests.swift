import DeclarativeFiles
import Testing

@Suite("Quantities with their units")
struct QuantitiesTests {
    @Test(
        "a duration is a whole number with s, m, h or d",
        arguments: [("30s", 30), ("5m", 300), ("36h", 129_600), ("7d", 604_800), ("0s", 0), ("\"2h\"", 7200)])
    func durations(text: String, seconds: Int) throws {
        var report = FileReport()
        #expect(try node("v: \(text)").duration(&report) == .seconds(seconds))
        #expect(report.isEmpty)
    }

    @Test(
        "a size is a whole number with B, KB, MB, GB, KiB, MiB or GiB",
        arguments: [("512B", 512), ("500KB", 500_000), ("5MB", 5_000_000), ("5MiB", 5_242_880), ("1GiB", 1 << 30)])
    func sizes(text: String, bytes: Int) throws {
        var report = FileReport()
        #expect(try node("v: \(text)").byteSize(&report) == bytes)
        #expect(report.isEmpty)
    }

    @Test(
        "a rate is a number per second, minute or hour",
        arguments: [("10/s", 10), ("0.5/s", 0.5), ("600/m", 10), ("7200/h", 2)])
    func rates(text: String, perSecond: Double) throws {
        var report = FileReport()
        #expect(try node("v: \(text)").rate(&report) == perSecond)
        #expect(report.isEmpty)
    }

    @Test(
        "what is no duration is reported",
        arguments: [
            ("30", "'v' must be a duration such as 30s, 5m, 2h or 7d, found '30'"),
            ("30 s", "'v' must be a duration such as 30s, 5m, 2h or 7d, found '30 s'"),
            ("-5m", "'v' must be a duration such as 30s, 5m, 2h or 7d, found '-5m'"),
            ("1.5h", "'v' must be a duration such as 30s, 5m, 2h or 7d, found '1.5h'"),
            ("1w", "'v' must be a duration such as 30s, 5m, 2h or 7d, found '1w'"),
            ("[30s]", "'v' must be a duration such as 30s, 5m, 2h or 7d, found a list"),
            ("~", "'v' must be a duration such as 30s, 5m, 2h or 7d, found nothing"),
            ("3651d", "'v' is longer than ten years"),
            ("9223372036854775807d", "'v' is too large: '9223372036854775807d'"),
        ])
    func wrongDurations(text: String, expected: String) throws {
        var report = FileReport()
        #expect(try node("v: \(text)").duration(&report) == nil)
        #expect(report.diagnostics.map(\.description) == ["f.yaml:1:4: \(expected)"])
    }

    @Test(
        "what is no size is reported",
        arguments: [
            ("5", "'v' must be a size such as 500KB, 5MB or 5MiB, found '5'"),
            ("5mb", "'v' must be a size such as 500KB, 5MB or 5MiB, found '5mb'"),
            ("{a: b}", "'v' must be a size such as 500KB, 5MB or 5MiB, found fields"),
            ("99999999999GB", "'v' is too large: '99999999999GB'"),
        ])
    func wrongSizes(text: String, expected: String) throws {
        var report = FileReport()
        #expect(try node("v: \(text)").byteSize(&report) == nil)
        #expect(report.diagnostics.map(\.description) == ["f.yaml:1:4: \(expected)"])
    }

    @Test(
        "what is no rate is reported",
        arguments: ["10", "0/s", "-1/s", "10/d", "10/s/s", "/s", "nan/s", "1e400/s", "0x1p3/s"])
    func wrongRates(text: String) throws {
        var report = FileReport()
        #expect(try node("v: \(text)").rate(&report) == nil)
        #expect(
            report.diagnostics.map(\.description) == [
                "f.yaml:1:4: 'v' must be a rate such as 10/s, 0.5/s or 600/m, found '\(text)'"
            ])
    }
}
