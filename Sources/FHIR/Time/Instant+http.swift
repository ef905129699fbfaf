extension Instant {
    private static let shortDays: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let days: [StaticString] = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Reads an HTTP date in any of its three forms (RFC 9110 §5.6.7).
    ///
    /// The day's name must be valid, but is not compared with the date. A two-digit year from 70 on belongs to the
    /// twentieth century, any other to the twenty-first: without a clock, the rule that ages best.
    public init?(httpDate text: String) {
        var copy = text
        let second = copy.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            return Self.fixedDate(DigitReader(bytes)) ?? Self.rfc850Date(DigitReader(bytes))
                ?? Self.asctimeDate(DigitReader(bytes))
        }
        guard let second else { return nil }
        self.init(seconds: second)
    }

    /// The instant as an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`.
    public var httpDate: String {
        let (day, second) = civil
        let time = [second / 3_600, second / 60 % 60, second % 60].map { Self.padded($0, to: 2) }.joined(separator: ":")
        let date = "\(Self.padded(day.day, to: 2)) \(Self.months[day.month - 1]) \(Self.padded(day.year, to: 4))"
        return "\(Self.shortDays[day.weekday]), \(date) \(time) GMT"
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func fixedDate(_ start: DigitReader) -> Int64? {
        var text = start
        guard text.skip(oneOf: shortDays) != nil, text.skip(", "),
            let day = text.number(digits: 2, in: 1...31), text.skip(" "),
            let month = text.skip(oneOf: months), text.skip(" "),
            let year = text.number(digits: 4, in: 1...9999), text.skip(" "),
            let time = secondOfDay(&text), text.skip(" GMT"), text.isAtEnd
        else { return nil }
        return seconds(year: year, month: month + 1, day: day, time: time)
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`.
    private static func rfc850Date(_ start: DigitReader) -> Int64? {
        var text = start
        guard text.skip(oneOf: days) != nil, text.skip(", "),
            let day = text.number(digits: 2, in: 1...31), text.skip("-"),
            let month = text.skip(oneOf: months), text.skip("-"),
            let year = text.number(digits: 2, in: 0...99), text.skip(" "),
            let time = secondOfDay(&text), text.skip(" GMT"), text.isAtEnd
        else { return nil }
        return seconds(year: year + (year >= 70 ? 1900 : 2000), month: month + 1, day: day, time: time)
    }

    /// `Sun Nov  6 08:49:37 1994`.
    private static func asctimeDate(_ start: DigitReader) -> Int64? {
        var text = start
        guard text.skip(oneOf: shortDays) != nil, text.skip(" "),
            let month = text.skip(oneOf: months), text.skip(" "),
            let day = text.number(digits: text.skip(" ") ? 1 : 2, in: 1...31), text.skip(" "),
            let time = secondOfDay(&text), text.skip(" "),
            let year = text.number(digits: 4, in: 1...9999), text.isAtEnd
        else { return nil }
        return seconds(year: year, month: month + 1, day: day, time: time)
    }

    private static func secondOfDay(_ text: inout DigitReader) -> Int? {
        guard let hour = text.number(digits: 2, in: 0...23), text.skip(":"),
            let minute = text.number(digits: 2, in: 0...59), text.skip(":"),
            let second = text.number(digits: 2, in: 0...60)
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }

    private static func seconds(year: Int, month: Int, day: Int, time: Int) -> Int64? {
        CivilDay(year: year, month: month, day: day).map { Int64($0.daysSince1970 * 86_400 + time) }
    }
}
