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

    /// The instant in UTC with milliseconds, `2026-01-11T02:13:45.120Z`: one text per millisecond, and texts sort by
    /// time.
    public var text: String {
        let (day, second) = civil
        let fields =
            [
                (day.year, 4, "-"), (day.month, 2, "-"), (day.day, 2, "T"), (second / 3_600, 2, ":"),
                (second / 60 % 60, 2, ":"), (second % 60, 2, "."), (Int(nanoseconds) / 1_000_000, 3, "Z"),
            ] as [(Int, Int, Unicode.Scalar)]
        guard 0...9_999 ~= day.year else {
            return fields.map { Self.padded($0, to: $1) + String($2) }.joined()
        }
        return String(unsafeUninitializedCapacity: 24) { bytes in
            var end = 0
            for (number, width, mark) in fields {
                var rest = number
                for place in (end..<end + width).reversed() {
                    bytes[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                bytes[end + width] = UInt8(ascii: mark)
                end += width + 1
            }
            return end
        }
    }

    /// The same as ``text``.
    public var description: String { text }

    /// The day in UTC, and how many seconds of it have passed.
    var civil: (day: CivilDay, second: Int) {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds + 1) / 86_400 - 1
        return (CivilDay(daysSince1970: Int(days)), Int(seconds - days * 86_400))
    }

    /// The number with leading zeros.
    static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
