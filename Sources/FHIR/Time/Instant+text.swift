extension Instant: CustomStringConvertible {
    /// Reads a FHIR `instant`, for example `2015-02-07T13:28:17.239+02:00`; seconds and zone must be there.
    ///
    /// Digits beyond the nanosecond are cut off. Second 60, a leap second, is the first moment of the next minute.
    public init?(_ text: String) {
        var copy = text
        guard let reading = copy.withUTF8({ TimeReading(UnsafeRawBufferPointer($0)) }) else { return nil }
        guard reading.precision >= .second else { return nil }
        self = reading.earliest
    }

    /// The instant in UTC with milliseconds, `2026-01-11T02:13:45.120Z`: one text for one millisecond, in order of time.
    public var text: String {
        let (day, time) = civil
        let milliseconds = Self.padded(Int(nanoseconds) / 1_000_000, to: 3)
        return "\(Self.padded(day.year, to: 4))-\(Self.padded(day.month, to: 2))-\(Self.padded(day.day, to: 2))"
            + "T\(time).\(milliseconds)Z"
    }

    /// The same as ``text``.
    public var description: String { text }

    /// The day in UTC, and the time of day as `13:28:17`.
    var civil: (day: CivilDay, time: String) {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds + 1) / 86_400 - 1
        let second = Int(seconds - days * 86_400)
        let fields = [second / 3_600, second / 60 % 60, second % 60]
        return (CivilDay(daysSince1970: Int(days)), fields.map { Self.padded($0, to: 2) }.joined(separator: ":"))
    }

    /// The number with leading zeros.
    static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
