/// Counts days, so that dates can be moved by a number of them.
enum CalendarDays {
    /// Days since the first of January of the year 1.
    static func number(of fields: [Int]) -> Int {
        let past = fields[0] - 1
        let months = (1..<fields[1]).reduce(0) { $0 + MomentReader.days(in: $1, of: fields[0]) }
        return past * 365 + past / 4 - past / 100 + past / 400 + months + fields[2] - 1
    }

    /// Year, month and day of a count; nil before the year 1 and after 9999.
    static func fields(of number: Int) -> [Int]? {
        guard number >= 0, number < 3_652_059 else { return nil }
        // Never too late a year, because a year has at most 366 days.
        var year = number / 366 + 1
        while Self.number(of: [year + 1, 1, 1]) <= number { year += 1 }
        var rest = number - Self.number(of: [year, 1, 1])
        var month = 1
        while rest >= MomentReader.days(in: month, of: year) {
            rest -= MomentReader.days(in: month, of: year)
            month += 1
        }
        return [year, month, rest + 1]
    }
}
