/// What the text of a FHIR `date`, `dateTime` or `instant` says (FHIR R4 §2.24.0.1): a first and a last moment.
///
/// A time of day needs seconds and a zone. Second 60 is taken for the first moment of the next minute. A date without a
/// zone covers the whole earth: from its start in UTC+14 to its end in UTC-12.
struct TimeReading {
    let precision: FHIRDate.Precision
    let earliest: Instant
    let latest: Instant

    init?(_ bytes: UnsafeRawBufferPointer) {
        var digits = DigitReader(bytes)
        guard let year = digits.number(digits: 4, in: 1...9999) else { return nil }
        guard !digits.isAtEnd else {
            self.init(.year, from: CivilDay(year: year, month: 1, day: 1), to: CivilDay(year: year, month: 12, day: 31))
            return
        }
        guard digits.skip("-"), let month = digits.number(digits: 2, in: 1...12) else { return nil }
        guard !digits.isAtEnd else {
            let last = CivilDay.length(ofMonth: month, in: year)
            self.init(
                .month, from: CivilDay(year: year, month: month, day: 1),
                to: CivilDay(year: year, month: month, day: last))
            return
        }
        guard digits.skip("-"), let number = digits.number(digits: 2, in: 1...31),
            let day = CivilDay(year: year, month: month, day: number)
        else { return nil }
        guard !digits.isAtEnd else {
            self.init(.day, from: day, to: day)
            return
        }
        self.init(day, timeIn: &digits)
    }

    /// Whole days, without a zone.
    private init?(_ precision: FHIRDate.Precision, from first: CivilDay?, to last: CivilDay?) {
        guard let first, let last else { return nil }
        self.precision = precision
        earliest = Instant(seconds: Int64(first.daysSince1970 * 86_400 - 14 * 3_600))
        latest = Instant(seconds: Int64((last.daysSince1970 + 1) * 86_400 + 12 * 3_600), nanoseconds: -1)
    }

    /// A time of day after a day.
    private init?(_ day: CivilDay, timeIn digits: inout DigitReader) {
        guard digits.skip("T"), let hour = digits.number(digits: 2, in: 0...23),
            digits.skip(":"), let minute = digits.number(digits: 2, in: 0...59),
            digits.skip(":"), let second = digits.number(digits: 2, in: 0...60)
        else { return nil }
        var fraction: (nanoseconds: Int, digits: Int)?
        if digits.skip(".") {
            fraction = digits.fraction()
            guard fraction != nil else { return nil }
        }
        guard let offset = Self.offset(in: &digits), digits.isAtEnd else { return nil }

        let seconds = Int64(day.daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60)
        let nanoseconds = fraction?.nanoseconds ?? 0
        var width = 1
        for _ in (fraction?.digits ?? 0)..<9 { width *= 10 }
        precision = fraction == nil ? .second : .fraction
        earliest = Instant(seconds: seconds, nanoseconds: Int32(nanoseconds))
        latest = Instant(seconds: seconds, nanoseconds: Int32(nanoseconds + width - 1))
    }

    /// Minutes east of UTC.
    private static func offset(in digits: inout DigitReader) -> Int? {
        if digits.skip("Z") { return 0 }
        let isWest = digits.skip("-")
        guard isWest || digits.skip("+"), let hours = digits.number(digits: 2, in: 0...14), digits.skip(":"),
            let minutes = digits.number(digits: 2, in: 0...(hours == 14 ? 0 : 59))
        else { return nil }
        return (hours * 60 + minutes) * (isWest ? -1 : 1)
    }
}
