/// A day of the Gregorian calendar, reduced to what the day fields of a cron expression look at.
struct CivilDate: Sendable, Hashable {
    /// 1 to 12.
    let month: Int
    /// 1 to 31.
    let day: Int
    /// 0 is Sunday.
    let weekday: Int

    /// The date that many days after 1970-01-01, a Thursday.
    ///
    /// Years are counted from 1 March, so that a leap day is the last day of its year and of its 400-year cycle.
    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468  // Since 0000-03-01.
        let dayOfEra = shifted - 146_097 * shifted.floorDivided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5) + 1
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        let weekdayShifted = days + 4
        weekday = Int(weekdayShifted - 7 * weekdayShifted.floorDivided(by: 7))
    }
}

extension Int64 {
    /// The quotient rounded down, even below zero.
    func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
